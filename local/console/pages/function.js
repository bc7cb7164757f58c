// One function: its settings, role, instances and log.

import { address } from './address.js'
import { button, code, element, facts, heading, link, quiet } from './elements.js'
import { clock } from './format.js'
import { every } from './live.js'
import { linked } from './payload.js'
import { path, read } from './stack.js'
import { words } from './waterfall.js'

/// How many lines of the log are shown.
const LINES = 200

export const title = ([name]) => `Function ${name}`

export async function show(content, { path: [name], signal }) {
  const described = await read(path('functions', name), signal)
  const { role, routes, sources, environment, ...settings } = described
  const pairs = Object.entries(settings).map(([key, value]) => [words(key), shown(value)])
  content.append(
    element('p', {}, link(address(['stories'], { q: name }), 'Stories that name it')),
    heading(2, 'Settings'), facts(pairs),
    heading(2, 'What invokes it'), invokers([...routes, ...sources]),
    heading(2, 'Environment'), facts(Object.entries(environment).map(([key, value]) => [key, code(value)])),
    heading(2, 'Role'), ...rights(role))
  const running = element('div')
  content.append(heading(2, 'Instances'), running)
  const log = element('pre', { tabindex: '0', role: 'region', 'aria-label': 'Log' })
  const look = async () => {
    const answer = await read(`${path('functions', name, 'logs')}?lines=${LINES}`, signal)
    const lines = answer.flatMap(({ time, line }) => [element('span', { class: 'quiet' }, `${clock(time)} `), ...linked(line), '\n'])
    log.replaceChildren(...(lines.length > 0 ? lines : ['Nothing yet.']))
    log.scrollTop = log.scrollHeight
  }
  content.append(heading(2, 'Log'), quiet(`The last ${LINES} lines, oldest first.`), log, button('Read again', look))
  await look()
  let before = null
  every(1000, signal, async () => {
    const own = (await read('instances', signal)).filter(one => one.function === described.name)
    const text = JSON.stringify(own)
    if (text === before) return
    before = text
    running.replaceChildren(own.length === 0 ? quiet('None now.') : element('ul', {}, own.map(one =>
      element('li', {}, `process ${one.pid ?? 'starting'}: ${one.busy ? 'busy' : 'idle'}`))))
  })
}

function invokers(names) {
  if (names.length === 0) return quiet('No route and no event source: functions or an operator call it.')
  return element('ul', {}, names.map(name => element('li', {}, name)))
}

function rights({ name, statements }) {
  const list = items => code(items.join(', '))
  return [
    element('p', {}, name),
    element('ul', {}, statements.map(one => element('li', {}, `${one.effect} `, list(one.actions), ' on ', list(one.resources)))),
  ]
}

function shown(value) {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? code(JSON.stringify(value)) : String(value)
}
