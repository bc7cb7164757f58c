// The functions, and the processes that run them now.

import { address } from './address.js'
import { element, link, quiet } from './elements.js'
import { every } from './live.js'
import { row, table, update } from './rows.js'
import { read } from './stack.js'

export async function show(content, { signal }) {
  const names = await read('functions', signal)
  const list = table('Functions', [['Function', 'wide'], ['Instances', 'number'], ['Busy', 'number'], ['Processes', 'wide']])
  content.append(quiet('A function has no instance before its first call, and loses idle ones after a while.'), list.whole)
  await every(1000, signal, async () => {
    const instances = await read('instances', signal)
    const functions = names.map(name => {
      const own = instances.filter(one => one.function === name)
      return { name, count: own.length, busy: own.filter(one => one.busy).length, pids: own.map(one => one.pid).filter(Boolean) }
    })
    update(list.body, functions, one => one.name, one => row(list, [
      link(address(['functions', one.name]), one.name),
      String(one.count),
      element('span', { class: one.busy > 0 ? 'good' : null }, String(one.busy)),
      one.pids.join(', ') || '–',
    ]))
  })
}
