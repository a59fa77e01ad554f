// nameserver.js FILE - a name server on 127.0.0.1:53 (UDP) that answers what FILE says at that moment.
//
// A line of FILE is "NAME TYPE ANSWER": TYPE is A or AAAA; ANSWER is an address, or NXDOMAIN, SERVFAIL, or SILENT (no
// answer at all). A name of which FILE has only the other type has no records of this one; any other name does not exist.
// Writes one line on standard output when it listens.
'use strict'

const dgram = require('node:dgram')
const fs = require('node:fs')
const net = require('node:net')

const TYPES = { 1: 'A', 28: 'AAAA' }
const NOERROR = 0
const SERVFAIL = 2
const NXDOMAIN = 3

function readQuestion(query) {
  const labels = []
  let at = 12
  while (query[at] > 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]))
    at += 1 + query[at]
  }
  const type = query.readUInt16BE(at + 1)
  return { name: labels.join('.').toLowerCase(), type, bytes: query.subarray(12, at + 5) }
}

function addressBytes(address) {
  if (net.isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head, tail] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''))
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail]
  const bytes = Buffer.alloc(16)
  groups.forEach((group, i) => bytes.writeUInt16BE(parseInt(group, 16), i * 2))
  return bytes
}

function recordBytes(type, address) {
  const data = addressBytes(address)
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]) // the name of the question; TTL 0
  return Buffer.concat([head, data])
}

function reply(query, question, code, addresses) {
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(addresses.length, 6)
  head.fill(0, 8)
  return Buffer.concat([head, question.bytes, ...addresses.map((address) => recordBytes(question.type, address))])
}

function answer(query, lines) {
  const question = readQuestion(query)
  const known = lines.filter(([name]) => name === question.name)
  const answers = known.filter(([, type]) => type === TYPES[question.type]).map(([, , value]) => value)
  if (answers.includes('SILENT')) return null
  if (answers.includes('SERVFAIL')) return reply(query, question, SERVFAIL, [])
  if (known.length === 0 || answers.includes('NXDOMAIN')) return reply(query, question, NXDOMAIN, [])
  return reply(query, question, NOERROR, answers)
}

const file = process.argv[2]
const socket = dgram.createSocket('udp4')
socket.on('message', (query, from) => {
  const lines = fs.readFileSync(file, 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
  const message = answer(query, lines)
  if (message !== null) socket.send(message, from.port, from.address)
})
socket.bind(53, '127.0.0.1', () => console.log('listening'))
