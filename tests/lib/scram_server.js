// scram_server.js PORT ITERATIONS - a server that begins SCRAM and asks for that many iterations.
//
// Writes one line on standard output when it listens, and "proof" for each client that did the work.
'use strict'

const net = require('node:net')

const [port, iterations] = process.argv.slice(2)

function message(code, text) {
  const body = Buffer.from(text)
  const bytes = Buffer.alloc(9 + body.length)
  bytes.write('R', 0)
  bytes.writeUInt32BE(8 + body.length, 1)
  bytes.writeUInt32BE(code, 5)
  body.copy(bytes, 9)
  return bytes
}

function serve(client) {
  let step = 0
  client.on('data', (data) => {
    step++
    if (step === 1) client.write(message(10, 'SCRAM-SHA-256\0\0'))
    else if (step === 2) client.write(message(11, `r=${data.toString('latin1').split('r=')[1]}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=${iterations}`))
    else { console.log('proof'); client.destroy() }
  })
  client.on('error', () => {})
}

net.createServer(serve).listen(Number(port), '127.0.0.1', () => console.log('listening'))
