// turns.js LISTEN-PORT SERVER-PORT FILE - a proxy that counts how often a client speaks after its server spoke.
//
// That is what a distance to the server multiplies, whatever is said and whether or not it is encrypted. A line of FILE is a
// connection: the turns. Writes one line on standard output when it listens.
'use strict'

const fs = require('node:fs')
const net = require('node:net')

const [listenPort, serverPort, file] = process.argv.slice(2)

function relay(client) {
  const server = net.connect(serverPort, '127.0.0.1')
  let turns = 0
  let answered = true

  client.on('data', (data) => {
    if (answered) turns++
    answered = false
    server.write(data)
  })
  server.on('data', (data) => {
    answered = true
    client.write(data)
  })
  client.on('close', () => { fs.appendFileSync(file, `${turns}\n`); server.destroy() })
  server.on('close', () => client.destroy())
  client.on('error', () => {})
  server.on('error', () => {})
}

net.createServer(relay).listen(Number(listenPort), '127.0.0.1', () => console.log('listening'))
