// The map: the system as the template draws it, and what flows through it now.

import { address } from './address.js'
import { element, field, link, quiet } from './elements.js'
import { follow } from './flow.js'
import { HEIGHT, WIDTH, layout, line } from './layout.js'
import { row, table } from './rows.js'
import { read } from './stack.js'

const SVG = 'http://www.w3.org/2000/svg'

/// Longer names are drawn narrower.
const LONGEST = 28

/// The page of a kind of node.
const PAGES = { function: 'functions', table: 'tables', queue: 'queues', secret: 'secrets', schedule: 'schedules', mail: 'mails', api: 'routes' }

export async function show(content, { query, signal }) {
  const map = await read('map', signal)
  const { places, titles, width, height } = layout(map)
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-label': 'Map of the system', role: 'group' })
  for (const { title, x } of titles) drawing.append(svg('text', { x, y: 16, class: 'column' }, title))
  const lines = map.arrows.map(arrow => {
    const path = svg('path', { d: line(places.get(arrow.from), places.get(arrow.to)), class: 'arrow', 'aria-hidden': 'true' })
    drawing.append(path)
    return { ...arrow, path }
  })
  const nodes = new Map(map.nodes.map(node => [node.id, box(places.get(node.id))]))
  drawing.append(...[...nodes.values()].map(node => node.whole))

  // A chosen node stands out with what it calls and what calls it.
  const choose = id => {
    const near = lines.filter(one => one.from === id || one.to === id)
    const ids = new Set([id, ...near.flatMap(one => [one.from, one.to])])
    drawing.classList.toggle('chosen', id !== null)
    for (const one of lines) one.path.classList.toggle('near', near.includes(one))
    for (const [other, node] of nodes) node.whole.classList.toggle('near', ids.has(other))
  }
  for (const [id, node] of nodes) {
    for (const event of ['mouseenter', 'focus']) node.whole.addEventListener(event, () => choose(id))
    for (const event of ['mouseleave', 'blur']) node.whole.addEventListener(event, () => choose(null))
  }
  if (nodes.has(query.get('node'))) choose(query.get('node'))

  content.append(
    quiet('What calls, feeds and may use what, as the template says. Numbers are what is there now: busy instances, waiting messages, records not yet read. Thick arrows carried something in the last seconds.'),
    element('div', { class: 'scroll map', tabindex: '0', role: 'region', 'aria-label': 'Map, scrollable' }, drawing),
    listed(map))
  await follow(map, signal, ({ numbers, used }) => {
    for (const [id, node] of nodes) node.tell(numbers.get(id) ?? '')
    for (const one of lines) one.path.classList.toggle('used', used.has(`${one.from} ${one.to}`))
  })
}

/// The same as text: the drawing says nothing that this does not.
function listed(map) {
  const names = new Map(map.nodes.map(node => [node.id, node]))
  const list = table('Connections', [['From', 'wide'], ['How'], ['To', 'wide']])
  const filter = element('input', { type: 'search', size: 24, autocomplete: 'off' })
  const draw = () => {
    const wanted = filter.value.trim().toLowerCase()
    const shown = map.arrows.filter(arrow => `${arrow.from} ${arrow.to}`.toLowerCase().includes(wanted))
    list.body.replaceChildren(...shown.map(arrow => row(list, [where(names.get(arrow.from)), arrow.what, where(names.get(arrow.to))])))
  }
  filter.addEventListener('input', draw)
  draw()
  return element('details', {}, element('summary', {}, `As a list of ${map.arrows.length} connections`),
    element('div', { class: 'bar' }, field('Only with', filter)), list.whole)
}

const where = node => link(target(node), `${node.kind === node.name ? '' : `${node.kind} `}${node.name}`)

function target({ kind, name }) {
  return kind === 'function' || kind === 'table' || kind === 'queue' ? address([PAGES[kind], name]) : address([PAGES[kind]])
}

/// A node: a link with its name and a number.
function box({ node, x, y }) {
  const number = svg('text', { x: x + WIDTH - 8, y: y + 17, class: 'number', 'text-anchor': 'end' })
  const name = svg('text', { x: x + 9, y: y + 17 }, node.name)
  if (node.name.length > LONGEST) {
    name.setAttribute('textLength', WIDTH - 40)
    name.setAttribute('lengthAdjust', 'spacingAndGlyphs')
  }
  const whole = svg('a', { href: target(node), class: `node ${node.kind}` },
    svg('rect', { x, y, width: WIDTH, height: HEIGHT, rx: node.kind === 'function' ? 4 : 12 }), name, number)
  const tell = text => {
    if (number.textContent === text) return
    number.textContent = text
    whole.classList.toggle('lively', text !== '')
  }
  return { whole, tell }
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}
