// The smallest server that a platform's health check accepts.
const { createServer } = require('node:http')

const server = createServer((request, response) => {
    response.writeHead(request.url === '/health' ? 200 : 404)
    response.end(request.url === '/health' ? 'ok\n' : '')
})
server.listen(process.env.PORT || 3000, () => console.log(`listening on ${server.address().port}`))
process.on('SIGTERM', () => server.close())
