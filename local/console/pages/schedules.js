// The schedules; each can be run now.

import { address } from './address.js'
import { button, element, link, quiet, say } from './elements.js'
import { period } from './format.js'
import { payload } from './payload.js'
import { row, table } from './rows.js'
import { act, path, read } from './stack.js'

export async function show(content, { signal }) {
  const schedules = await read('schedules', signal)
  if (schedules.length === 0) return content.append(quiet('The template has no schedules.'))
  const list = table('Schedules', [['Function', 'wide'], ['Schedule'], ['Every', 'number'], ['Enabled'], ['Input', 'wide'], ['Action']])
  const answer = element('section', { 'aria-label': 'Answer' })
  for (const one of schedules) {
    const run = button('Run now', async () => {
      const given = await act('POST', path('schedules', one.function, one.name, 'run'))
      say(`${one.name} of ${one.function} ran.`)
      answer.replaceChildren(element('h2', {}, `Answer of ${one.function}`), payload('Answer', JSON.stringify(given)))
    }, { 'aria-label': `Run now: ${one.name} of ${one.function}` })
    list.body.append(row(list, [
      link(address(['functions', one.function]), one.function), one.name, period(one.everySeconds),
      one.enabled ? 'yes' : 'no', one.input ?? 'EventBridge’s own event', run,
    ]))
  }
  content.append(list.whole, answer)
}
