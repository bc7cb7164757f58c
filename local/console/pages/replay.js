// Doing an invocation again, with its event as it was or edited, on the code as it is now.

import { address } from './address.js'
import { button, element, field, form, heading, quiet, say } from './elements.js'
import { pretty, save } from './payload.js'
import { act, path } from './stack.js'

export function replay(story, one) {
  const before = pretty(one.request)
  const event = element('textarea', { name: 'event', spellcheck: 'false', rows: 12 }, before)
  const again = async () => {
    // An event as it was need not be sent; what is masked in an edited one, the stack fills in.
    const body = event.value === before ? {} : { event: parsed(event.value) }
    const { story: next } = await act('POST', path('stories', story, 'entries', String(one.id), 'replay'), body)
    say('The invocation was made again: this is its story.')
    location.hash = address(['stories', next])
  }
  return [
    heading(3, 'Do it again'),
    quiet('Calls the function with this event, on the code as it is now. Effects are real: it may write and send again.'),
    form({ 'aria-label': 'Replay' }, again,
      field('Event (JSON)', event, { class: 'block' }),
      element('button', { class: 'main' }, 'Replay'),
      button('Save the event as a file', () => save(`${one.name}-event.json`, event.value))),
  ]
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch (failure) {
    throw new Error(`the event is not JSON: ${failure.message}`)
  }
}
