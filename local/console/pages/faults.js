// Faults: the next calls of a table, or the next mails, that are to fail.

import { button, element, field, form, heading, quiet, say, select } from './elements.js'
import { every } from './live.js'
import { row, table, update } from './rows.js'
import { act, read } from './stack.js'

/// What can be made to fail: the control, its kinds of failure and its selectors.
const SERVICES = [
  ['Tables', 'dynamodb/faults',
    ['ThrottlingException', 'ProvisionedThroughputExceededException', 'TransactionConflict', 'InternalServerError', 'AnswerLost'],
    [['operation', 'Operation, such as PutItem'], ['table', 'Table'], ['caller', 'Calling function']]],
  ['Mails', 'ses/faults',
    ['TooManyRequestsException', 'MessageRejected', 'SendingPausedException', 'InternalFailure', 'AnswerLost'],
    [['to', 'To the address'], ['caller', 'Calling function']]],
]

export async function show(content, { signal }) {
  content.append(quiet('The next calls that match fail as they would on AWS. AnswerLost does what was asked, and answers with an error.'))
  for (const [title, control, kinds, selectors] of SERVICES) {
    const list = table(`Pending faults: ${title.toLowerCase()}`, [['Failure', 'wide'], ['Calls left', 'number'], ['Only', 'wide']])
    const none = quiet('None pending.')
    const look = async () => {
      const pending = await read(control, signal)
      none.hidden = pending.length > 0
      list.whole.hidden = pending.length === 0
      update(list.body, pending.map((fault, at) => ({ ...fault, at })), one => one.at, one =>
        row(list, [one.kind, String(one.times), selectors.filter(([name]) => one[name]).map(([name]) => `${name} ${one[name]}`).join(', ') || 'any call']))
    }
    const inputs = selectors.map(([name, label]) => [name, element('input', { name, size: 22, autocomplete: 'off' }), label])
    const kind = select('kind', kinds)
    const times = element('input', { name: 'times', type: 'number', min: 1, max: 1000, value: 1 })
    const add = async () => {
      const chosen = inputs.filter(([, input]) => input.value.trim() !== '').map(([name, input]) => [name, input.value.trim()])
      await act('POST', control, { kind: kind.value, times: Number(times.value), ...Object.fromEntries(chosen) })
      say('The fault is on.')
      await look()
    }
    content.append(element('section', { 'aria-label': title }, heading(2, title),
      form({ 'aria-label': `Fail ${title.toLowerCase()}` }, add, field('Failure', kind), field('Calls', times),
        inputs.map(([, input, label]) => field(label, input)), element('button', { class: 'main' }, 'Switch on'),
        button('Switch all off', async () => {
          await act('DELETE', control)
          say('No faults are pending.')
          await look()
        })),
      none, list.whole))
    every(1000, signal, look)
  }
}
