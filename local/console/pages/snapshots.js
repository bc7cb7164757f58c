// Snapshots of the data folder: take one, go back to one.

import { button, element, field, form, quiet, say } from './elements.js'
import { bytes, clock } from './format.js'
import { every } from './live.js'
import { row, table, update } from './rows.js'
import { act, path, read } from './stack.js'

export async function show(content, { signal }) {
  const list = table('Snapshots, newest first', [['Name', 'wide'], ['Taken'], ['Size', 'number'], ['Actions']])
  const none = quiet('None yet.')
  none.hidden = true
  list.whole.hidden = true
  const look = async () => {
    const all = await read('snapshots', signal)
    none.hidden = all.length > 0
    list.whole.hidden = all.length === 0
    update(list.body, all, one => one.name, one => row(list, [one.name, clock(one.takenAt), bytes(one.bytes), actions(one.name)]))
  }
  const actions = name => element('div', { class: 'bar' },
    button('Restore', async () => {
      say(`Restoring ${name} …`)
      const { before } = await act('POST', path('snapshots', name, 'restore'))
      say(`${name} is restored. What was there is the snapshot ${before}.`)
      await look()
    }, { 'aria-label': `Restore ${name}` }),
    button('Delete', async () => {
      if (!confirm(`Delete the snapshot ${name}?`)) return
      await act('DELETE', path('snapshots', name))
      await look()
      // The button is gone.
      input.focus()
      say(`${name} is deleted.`)
    }, { 'aria-label': `Delete ${name}` }))
  const input = element('input', { name: 'name', size: 28, maxlength: 100, autocomplete: 'off', spellcheck: 'false' })
  const take = async () => {
    const taken = await act('POST', 'snapshots', { name: input.value.trim() || null })
    input.value = ''
    say(`The snapshot ${taken.name} is taken.`)
    await look()
  }
  content.append(
    quiet('Tables, queues, secrets and mails as they were at one moment. To restore one ends the functions and starts them anew; what was there is kept as another snapshot.'),
    form({ 'aria-label': 'Take a snapshot' }, take, field('Name (or none: the time)', input), element('button', { class: 'main' }, 'Take a snapshot')),
    none, list.whole)
  await every(3000, signal, look)
}
