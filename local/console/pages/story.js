// One story: what a call caused, as a waterfall and as a list.

import { address } from './address.js'
import { code, element, facts, heading, link, quiet } from './elements.js'
import { clock, duration } from './format.js'
import { every } from './live.js'
import { read } from './stack.js'
import { details, known } from './entry.js'
import { list, ordered, waterfall } from './waterfall.js'

export const title = ([id]) => `Story ${id}`

export async function show(content, { path: [id, , chosen], signal }) {
  const story = await read(`stories/${encodeURIComponent(id)}`, signal)
  const top = content.querySelector('h1')
  top.textContent = story.title
  document.title = `${story.title} – cargo local`
  const about = element('div')
  const views = { waterfall: element('div'), list: element('div', { hidden: true }) }
  const entry = element('section', { id: 'entry', 'aria-label': 'Chosen entry' })
  content.append(about, chooser(views), views.waterfall, views.list, entry)

  let seen = null
  let picked = null
  let pickedAsSeen = null
  const pick = one => {
    picked = one.id
    pickedAsSeen = JSON.stringify(one)
    history.replaceState(null, '', address(['stories', id, 'entry', one.id]))
    for (const button of content.querySelectorAll('[data-entry]')) {
      button.setAttribute('aria-pressed', String(button.dataset.entry === String(picked)))
    }
    entry.replaceChildren(...details(story.id, one))
    const head = entry.querySelector('h2')
    head.tabIndex = -1
    head.focus()
    head.scrollIntoView({ block: 'nearest' })
  }
  const draw = now => {
    if (JSON.stringify(now) === seen) return
    seen = JSON.stringify(now)
    const entries = ordered(now.entries)
    about.replaceChildren(summary(now, entries))
    const focused = document.activeElement?.dataset?.entry
    waterfall(views.waterfall, entries, now, pick)
    list(views.list, entries, pick)
    if (focused !== undefined) content.querySelector(`div:not([hidden]) > * [data-entry="${CSS.escape(focused)}"]`)?.focus()
    if (picked !== null) {
      const button = content.querySelectorAll(`[data-entry="${CSS.escape(String(picked))}"]`)
      button.forEach(one => one.setAttribute('aria-pressed', 'true'))
      // It may have been chosen before it was over. The form stays: its event may be half edited.
      const one = entries.find(found => found.id === picked)
      if (one && JSON.stringify(one) !== pickedAsSeen) {
        pickedAsSeen = JSON.stringify(one)
        entry.querySelector('.known').replaceWith(known(one))
      }
    }
  }
  draw(story)
  if (chosen !== undefined) {
    const one = story.entries.find(one => String(one.id) === chosen)
    if (one) pick(one)
  }
  // What it caused may go on for a while after the answer.
  const fresh = Date.now() - new Date(story.startedAt).getTime() < 60_000
  if (story.isOpen || fresh) {
    every(1000, signal, async () => draw(await read(`stories/${encodeURIComponent(id)}`, signal)))
  }
}

function summary(story, entries) {
  const denied = entries.filter(one => one.outcome === 'denied')
  const ok = story.outcome === 'ok'
  return element('div', {},
    facts([
      ['Request id', code(story.id)],
      ['Called by', story.kind],
      ['Outcome', element('span', { class: ok ? 'good' : 'bad' }, `${story.status ?? ''} ${ok ? 'ok' : story.outcome}`.trim())],
      ['Began', `${clock(story.startedAt)}`],
      ['Took', story.isOpen ? `${duration(story.durationMs)}, goes on` : duration(story.durationMs)],
      ['Stories that name it', link(address(['stories'], { q: story.id }), 'find')],
    ]),
    denied.length > 0 && heading(2, 'Denied by IAM'),
    denied.map(one => element('p', { class: 'bad' }, `${one.name}: ${one.details.action} on ${one.details.resource}`)),
    story.entriesOmitted > 0 && quiet(`${story.entriesOmitted} more entries found no room.`),
    story.truncated && quiet('This story has as much as one may have: some payloads or log lines are missing.'))
}

/// Two buttons, of which one is pressed.
function chooser(views) {
  const buttons = Object.keys(views).map(name => {
    const button = element('button', { type: 'button', 'aria-pressed': String(name === 'waterfall') }, `As a ${name}`)
    button.addEventListener('click', () => {
      for (const [other, view] of Object.entries(views)) view.hidden = other !== name
      buttons.forEach(one => one.setAttribute('aria-pressed', String(one === button)))
    })
    return button
  })
  return element('div', { class: 'bar', role: 'group', 'aria-label': 'View' }, buttons)
}
