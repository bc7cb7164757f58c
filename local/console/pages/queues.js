// The queues, and those for dead letters.

import { address } from './address.js'
import { element, link, quiet } from './elements.js'
import { every } from './live.js'
import { row, table, update } from './rows.js'
import { read } from './stack.js'

const COLUMNS = [['Queue', 'wide'], ['Waiting', 'number'], ['In flight', 'number'], ['Delayed', 'number'], ['Read by', 'wide'], ['Gives up to', 'wide']]

export async function show(content, { signal }) {
  const list = table('Queues', COLUMNS)
  const none = quiet('')
  content.append(none, list.whole)
  await every(1000, signal, async () => {
    const queues = await read('queues', signal)
    none.textContent = queues.length === 0 ? 'The template has no queues.' : ''
    list.whole.hidden = queues.length === 0
    update(list.body, queues, one => one.name, one => row(list, [
      link(address(['queues', one.name]), one.name),
      element('span', { class: one.visible > 0 && one.readers.length === 0 ? 'bad' : null }, String(one.visible)),
      String(one.inFlight),
      String(one.delayed),
      one.readers.length === 0 ? 'nobody' : one.readers.flatMap((name, at) => [at > 0 && ', ', link(address(['functions', name]), name)]),
      one.redrive ? `${one.redrive.deadLetterQueue} after ${one.redrive.maxReceiveCount}` : '–',
    ]))
  })
}
