// The routes of the API.

import { address } from './address.js'
import { link, quiet } from './elements.js'
import { period } from './format.js'
import { row, table } from './rows.js'
import { read } from './stack.js'

export async function show(content, { signal }) {
  const routes = await read('routes', signal)
  if (routes.length === 0) return content.append(quiet('The template has no API.'))
  const list = table('Routes', [['Route', 'wide'], ['Function', 'wide'], ['Authorizer'], ['Timeout', 'number'], ['Stories']])
  for (const route of routes) {
    list.body.append(row(list, [
      `${route.method} ${route.path}`,
      link(address(['functions', route.function]), route.function),
      route.authorizer ?? 'none',
      period(route.timeoutMs / 1000),
      link(address(['stories'], { q: `${route.method} ${route.path.split('{')[0]}` }), `of ${route.method} ${route.path}`),
    ]))
  }
  content.append(list.whole)
}
