// One queue: its messages; sending one, and moving dead letters back.

import { address } from './address.js'
import { button, code, element, facts, field, form, heading, link, quiet, say } from './elements.js'
import { clock, counted, period } from './format.js'
import { every } from './live.js'
import { payload } from './payload.js'
import { update } from './rows.js'
import { act, path, read } from './stack.js'

export const title = ([name]) => `Queue ${name}`

export async function show(content, { path: [name], signal }) {
  const all = await read('queues', signal)
  const found = all.find(one => one.name === name)
  if (!found) throw new Error('There is no such queue.')
  const sources = all.filter(one => one.redrive?.deadLetterQueue === name).map(one => one.name)
  const counts = element('p', { class: 'quiet' })
  const messages = element('ul', { class: 'flat messages' })
  const look = async () => {
    const [queues, now] = await Promise.all([read('queues', signal), read(path('queues', name, 'messages'), signal)])
    const { visible, inFlight, delayed } = queues.find(one => one.name === name)
    counts.textContent = `${visible} waiting, ${inFlight} in flight, ${delayed} delayed.`
    update(messages, now, one => one.id, message)
  }
  content.append(facts([
    ['Read by', found.readers.length === 0 ? 'nobody' : found.readers.map(one => link(address(['functions', one]), one))],
    ['Gives up to', found.redrive && [link(address(['queues', found.redrive.deadLetterQueue]), found.redrive.deadLetterQueue), ` after ${counted(found.redrive.maxReceiveCount, 'receive')}`]],
    ['Dead letters of', sources.length === 0 ? null : sources.flatMap((one, at) => [at > 0 && ', ', link(address(['queues', one]), one)])],
    ['Visibility timeout', period(found.visibilityTimeoutSeconds)],
    ['Kept for', period(found.retentionSeconds)],
  ]))
  if (found.readers.length === 0) {
    content.append(heading(2, 'Redrive'), button('Move all back where they came from', async () => {
      const { found, moved, failure } = await act('POST', path('queues', name, 'redrive'))
      say(`${moved} of ${counted(found, 'message')} moved back${failure ? `; the others stay: ${failure}` : ''}.`)
      await look()
    }, { class: 'main' }))
  }
  const body = element('textarea', { name: 'body', spellcheck: 'false', rows: 5, required: true })
  content.append(
    heading(2, 'Messages'), quiet('The oldest 100. Looking does not count as receiving.'), counts, messages,
    heading(2, 'Send a message'),
    form({ 'aria-label': 'Send a message' }, async () => {
      const { id } = await act('POST', path('queues', name, 'messages'), { body: body.value })
      say(`Sent as ${id}.`)
      await look()
    }, field('Body', body, { class: 'block' }), element('button', {}, 'Send')))
  await every(1000, signal, look)
}

function message(one) {
  const from = one.from ? ` from ${one.from.split(':').pop()},` : ''
  return element('li', {},
    element('p', {}, code(one.id), `,${from} received ${counted(one.receiveCount, 'time')}, sent ${clock(one.sent)}`),
    payload(`Message ${one.id}`, one.body))
}
