// hostile.js KIND [FILE] - a server that means harm: what a client must survive. Prints its port; FILE gets the password
// that a client hands out in clear text, if one does. Clients must not ask for TLS.
//
//   cleartext  asks for the password in clear text        oversized  announces a message of two gigabytes
//   noise      answers with bytes that are no protocol     drip       sends one byte a second
//   rounds     wants 2,147,483,647 rounds of SCRAM         notices    never stops sending notices
//   long       refuses with an error of 32 MiB             control    refuses with lines, colours and bells in the error
//   empty      every query: no columns, no rows            nulls      every query: one row of forty NULLs
//   rows       every query: rows without end               many       every query: a row of 1,600 columns of text
//   silent     accepts the login and never answers         leaves     accepts the login and closes at the first query
'use strict'

const crypto = require('node:crypto')
const fs = require('node:fs')
const net = require('node:net')
const { splitMessages } = require('./messages.js')

const [kind, file] = process.argv.slice(2)

function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part, 'latin1'))))
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
function int32(number) { const bytes = Buffer.alloc(4); bytes.writeInt32BE(number); return bytes }
function int16(number) { const bytes = Buffer.alloc(2); bytes.writeInt16BE(number); return bytes }

const ready = message('Z', 'I')
const loggedIn = Buffer.concat([message('R', int32(0)), message('S', 'server_version\0', '15.0\0'),
  message('S', 'client_encoding\0', 'UTF8\0'), message('S', 'standard_conforming_strings\0', 'on\0'),
  message('K', int32(4711), int32(815)), ready])
const error = (text) => message('E', 'SERROR\0VERROR\0C28000\0', `M${text}\0`, '\0')
const notice = (text) => message('N', 'SNOTICE\0VNOTICE\0C00000\0', `M${text}\0`, '\0')
const described = (count) => message('T', int16(count), ...Array.from({ length: count },
  (_, i) => Buffer.concat([Buffer.from(`c${i}\0`), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)])))
const row = (count, value) => message('D', int16(count), ...Array.from({ length: count },
  () => (value === null ? int32(-1) : Buffer.concat([int32(value.length), Buffer.from(value)]))))

const answers = {
  empty: [described(0), message('C', 'SELECT 0\0')],
  nulls: [described(40), row(40, null), message('C', 'SELECT 1\0')],
  many: [described(1600), row(1600, 'x\u0000y\n'), message('C', 'SELECT 1\0')],
}

// Sends for as long as somebody reads.
function flood(socket, chunk) {
  const go = () => { while (!socket.destroyed && socket.write(chunk)); }
  socket.on('drain', go)
  go()
}

function answer(socket, type) {
  if (type === 'Q' || type === 'E') {
    if (kind === 'leaves') socket.destroy()
    else if (kind === 'rows') flood(socket, Buffer.concat([described(2), ...Array(200).fill(row(2, 'x'.repeat(100)))]))
    else if (kind !== 'silent') (answers[kind] ?? []).slice(type === 'E' ? 1 : 0).forEach((part) => socket.write(part))
  }
  if (kind === 'silent' || kind === 'rows') return
  if (type === 'P') socket.write(message('1'))
  if (type === 'B') socket.write(message('2'))
  if (type === 'D') socket.write((answers[kind] ?? [message('n')])[0])
  if (type === 'Q' || type === 'S') socket.write(ready)
}

function begin(socket) {
  switch (kind) {
    case 'cleartext': return socket.write(message('R', int32(3)))
    case 'rounds': return socket.write(message('R', int32(10), 'SCRAM-SHA-256\0\0'))
    case 'oversized': return socket.write(Buffer.concat([Buffer.from('R'), int32(0x7fffffff), Buffer.alloc(100)]))
    case 'noise': return socket.write(crypto.randomBytes(4096))
    case 'notices': return flood(socket, notice('all is well'))
    case 'long': return socket.end(error('x'.repeat(32 * 1024 * 1024)))
    case 'control': return socket.end(error('no\nentrypoint: Migrations complete\r\u001b[31mred\u0007\u009b'))
    case 'drip': {
      const bytes = loggedIn
      let at = 0
      const timer = setInterval(() => { if (socket.destroyed || at === bytes.length) clearInterval(timer); else socket.write(bytes.subarray(at, ++at)) }, 1000)
      return null
    }
    default: return socket.write(loggedIn)
  }
}

net.createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', splitMessages(false, (type, body) => {
    if (type === 'startup') {
      begin(socket)
    } else if (type === 'p' && kind === 'cleartext') {
      fs.writeFileSync(file, body)
      socket.end(error('thank you'))
    } else if (type === 'p' && kind === 'rounds') {
      const nonce = /r=([^,]*)/.exec(body.toString('latin1'))[1]
      socket.write(message('R', int32(11), `r=${nonce}x,s=${Buffer.from('salt').toString('base64')},i=2147483647`))
    } else answer(socket, type)
  }))
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
