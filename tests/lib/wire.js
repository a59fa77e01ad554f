// wire.js LISTEN-PORT SERVER-PORT FILE - a proxy in front of PostgreSQL that writes down what a client says once it is in.
//
// A line of FILE is a flight: what the client sent without waiting for the server to be ready in between, its SQL texts joined with " ; ". The
// flights of the login and the goodbye are left out. Writes one line on standard output when it listens.
'use strict'

const fs = require('node:fs')
const net = require('node:net')
const { splitMessages } = require('./messages.js')

const [listenPort, serverPort, file] = process.argv.slice(2)

// The text at an index of a list of texts that end in NUL, on one line.
function textAt(body, index) {
  return body.toString('utf8').split('\0')[index].replace(/\s+/g, ' ').trim()
}

function describe(type, body) {
  if (type === 'Q') return textAt(body, 0)
  if (type === 'P') return textAt(body, 1) // behind the statement's name
  return null
}

function relay(client) {
  const server = net.connect(serverPort, '127.0.0.1')
  let loggedIn = false
  let answered = true // since the client's last message
  let flight = null

  const finish = () => {
    if (flight !== null) fs.appendFileSync(file, `${flight.join(' ; ')}\n`)
    flight = null
  }
  const sent = splitMessages(false, (type, body) => {
    if (!loggedIn || type === 'X') return
    if (answered) finish()
    answered = false
    flight ??= []
    const sql = describe(type, body)
    if (sql !== null) flight.push(sql)
  })
  const received = splitMessages(true, (type) => {
    if (type !== 'Z') return
    answered = true
    loggedIn = true
  })
  client.on('data', (data) => { sent(data); server.write(data) })
  server.on('data', (data) => { received(data); client.write(data) })
  client.on('close', () => { finish(); server.destroy() })
  server.on('close', () => client.destroy())
  client.on('error', () => {})
  server.on('error', () => {})
}

net.createServer(relay).listen(Number(listenPort), '127.0.0.1', () => console.log('listening'))
