// delay.js LISTEN-PORT SERVER-PORT MILLISECONDS - a proxy that keeps every byte back for so long, each way.
//
// The TCP handshake is delayed as well: nothing is passed on for one round trip. Writes one line when it listens.
'use strict'

const net = require('node:net')

const [listenPort, serverPort, delay] = process.argv.slice(2).map(Number)

function relay(client) {
  client.setNoDelay(true)
  const server = net.connect(serverPort, '127.0.0.1')
  const opened = Date.now() + 2 * delay
  server.setNoDelay(true)
  client.on('data', (data) => setTimeout(() => server.write(data), Math.max(delay, opened - Date.now() + delay)))
  server.on('data', (data) => setTimeout(() => client.write(data), delay))
  client.on('close', () => setTimeout(() => server.destroy(), delay))
  server.on('close', () => setTimeout(() => client.destroy(), delay))
  client.on('error', () => {})
  server.on('error', () => {})
}

net.createServer(relay).listen(listenPort, '127.0.0.1', () => console.log('listening'))
