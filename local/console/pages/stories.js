// The live list of stories: what was called, and how it ended.

import { address, setQuery } from './address.js'
import { element, field, form, link, quiet, select } from './elements.js'
import { clock, duration } from './format.js'
import { pause, visible } from './live.js'
import { row, table, update } from './rows.js'
import { read } from './stack.js'

/// How many rows are shown until somebody asks for more.
const STEP = 100

/// How many are kept.
const MOST = 1000

/// How long the stack may hold back its answer until there is something new, in seconds.
const WAIT = 15

const COLUMNS = [['Call', 'wide'], ['Status'], ['Began'], ['Took', 'number'], ['Entries', 'number']]

export async function show(content, { query, signal }) {
  const text = element('input', { name: 'q', type: 'search', value: query.get('q') ?? '', size: 28, autocomplete: 'off' })
  const kind = select('kind', [['', 'all'], ['api', 'API'], ['operator', 'operator'], ['schedule', 'schedule'], ['event', 'event']], query.get('kind') ?? '')
  const failed = element('input', { name: 'failed', type: 'checkbox', checked: query.has('failed') })
  const list = table('Stories, newest first', COLUMNS)
  const state = quiet('')
  const more = element('button', { type: 'button', hidden: true }, 'Show more')
  const view = { stories: new Map(), latest: 0, shown: STEP, round: new AbortController() }

  const draw = () => {
    const wanted = [...view.stories.values()]
      .filter(story => !failed.checked || story.outcome !== 'ok')
      .sort((a, b) => a.startedAt < b.startedAt ? 1 : -1)
    update(list.body, wanted.slice(0, view.shown), story => story.id, story => line(list, story))
    more.hidden = wanted.length <= view.shown
    list.whole.hidden = wanted.length === 0
    state.textContent = wanted.length > 0 ? '' : empty(text.value, kind.value, failed.checked)
  }
  // Another filter is another list: it is asked for anew.
  const restart = () => {
    setQuery(['stories'], { q: text.value.trim(), kind: kind.value, failed: failed.checked ? '1' : '' })
    view.round.abort()
    view.round = new AbortController()
    Object.assign(view, { stories: new Map(), latest: 0, shown: STEP })
    const refused = why => {
      list.whole.hidden = true
      state.textContent = why
    }
    follow(view, text.value.trim(), kind.value, draw, refused, AbortSignal.any([signal, view.round.signal]))
  }
  let typing
  text.addEventListener('input', () => {
    clearTimeout(typing)
    typing = setTimeout(restart, 250)
  })
  kind.addEventListener('change', restart)
  failed.addEventListener('change', () => {
    setQuery(['stories'], { q: text.value.trim(), kind: kind.value, failed: failed.checked ? '1' : '' })
    draw()
  })
  more.addEventListener('click', () => {
    view.shown += STEP
    draw()
  })
  content.append(
    quiet('Each call from outside, and what it caused. The newest 1 000 are kept in memory.'),
    form({ role: 'search', 'aria-label': 'Filter stories' }, restart, field('Text or id', text), field('Kind', kind),
      field(failed, 'failed only', { class: 'inline' }), element('button', {}, 'Filter')),
    state, list.whole, more)
  state.textContent = 'Asking …'
  restart()
}

/// Asks for stories until the filter changes, the page is left or the stack refuses. One answer waits until there is something new.
async function follow(view, text, kind, draw, refused, signal) {
  let wait = 0
  while (!signal.aborted) {
    await visible(signal)
    if (signal.aborted) return
    try {
      const query = new URLSearchParams({ after: view.latest, wait })
      if (text !== '') query.set('q', text)
      if (kind !== '') query.set('kind', kind)
      const answer = await read(`stories?${query}`, signal)
      // After a restart of the stack the numbers begin anew.
      const isRestarted = answer.latest < view.latest
      if (isRestarted) view.stories.clear()
      // A story that changed comes again.
      for (const story of answer.stories) view.stories.set(story.id, story)
      forget(view.stories)
      view.latest = isRestarted ? 0 : answer.latest
      wait = isRestarted ? 0 : WAIT
      draw()
      await pause(200, signal)
    } catch (failure) {
      if (signal.aborted) return
      // None are recorded, or the text is too long.
      if (failure.status === 404 || failure.status === 400) return refused(failure.message)
      wait = 0
      await pause(2000, signal)
    }
  }
}

/// As many as the stack keeps.
function forget(stories) {
  const tooMany = stories.size - MOST
  if (tooMany <= 0) return
  const oldest = [...stories.values()].sort((a, b) => a.startedAt < b.startedAt ? -1 : 1).slice(0, tooMany)
  for (const { id } of oldest) stories.delete(id)
}

function empty(text, kind, failed) {
  if (text || kind || failed) return 'No story matches.'
  return 'No stories yet. Send a request to the API, call a function or wait for a schedule.'
}

function line(list, story) {
  const ok = story.outcome === 'ok'
  return row(list, [
    link(address(['stories', story.id]), story.title),
    element('span', { class: !ok ? 'bad' : story.status >= 400 ? 'warn' : 'good' }, `${story.status ?? ''} ${ok ? 'ok' : story.outcome}`.trim()),
    element('time', { datetime: story.startedAt }, clock(story.startedAt)),
    story.isOpen ? `${duration(story.durationMs)}, goes on` : duration(story.durationMs),
    String(story.entries),
  ])
}

