// A dynalite for each access key, so that tests whose tables have the same names run side by side.
// NODE_PATH has to lead to dynalite; PORT says where it listens.
const http = require('node:http')
const dynalite = require('dynalite')

const ready = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }
const accounts = new Map()

http.createServer((request, response) => {
  const [, account] = /Credential=([^/]+)/.exec(request.headers.authorization) ?? []
  if (!accounts.has(account)) accounts.set(account, dynalite(ready))
  accounts.get(account).emit('request', request, response)
}).listen(process.env.PORT, '127.0.0.1')
