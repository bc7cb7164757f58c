// Tables whose rows change while somebody looks at them.

import { element } from './elements.js'

/// A table with a caption. A column is `[title]` or `[title, class]`.
export function table(caption, columns, attributes = {}) {
  const head = columns.map(([title, kind]) => element('th', { scope: 'col', class: kind }, title))
  const body = element('tbody')
  const made = element('table', { class: 'rows', ...attributes },
    element('caption', {}, caption), element('thead', {}, element('tr', {}, head)), body)
  return { whole: element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, made), body, columns }
}

/// A row of a table: its first cell is its heading.
export function row(table, cells, attributes = {}) {
  const made = cells.map((content, index) => {
    const [title, kind] = table.columns[index]
    if (index === 0) return element('th', { scope: 'row', class: kind }, content)
    return element('td', { class: kind, 'data-label': title || null }, content)
  })
  return element('tr', attributes, made)
}

/// Brings a list of elements up to date. What has not changed stays the same element, and whatever had the focus in one
/// that changed has it again.
export function update(parent, items, key, make) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null
  const at = focused && place(parent, focused)
  const before = new Map([...parent.children].map(child => [child.dataset.key, child]))
  const next = items.map(item => {
    const [name, content] = [String(key(item)), JSON.stringify(item)]
    const old = before.get(name)
    if (old && contents.get(old) === content) return old
    const made = make(item)
    made.dataset.key = name
    const shown = old?.tagName === 'TR' ? renewed(old, made) : made
    contents.set(shown, content)
    return shown
  })
  next.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null)
  })
  while (parent.children.length > next.length) parent.lastElementChild.remove()
  if (at && document.activeElement !== focused) {
    const same = [...parent.children].find(child => child.dataset.key === at.key)
    if (same) focusable(same)[at.index]?.focus()
  }
}

/// A row with the cells of a newer one, but for those that are the same: a click on a link of theirs that has begun is not lost.
function renewed(row, newer) {
  for (const name of row.getAttributeNames()) if (!newer.hasAttribute(name)) row.removeAttribute(name)
  for (const { name, value } of newer.attributes) row.setAttribute(name, value)
  const cells = [...newer.children].map((cell, index) => {
    const old = row.children[index]
    // A button may do something else now.
    return old?.isEqualNode(cell) && !cell.querySelector('button') ? old : cell
  })
  cells.forEach((cell, index) => {
    if (row.children[index] !== cell) row.insertBefore(cell, row.children[index] ?? null)
  })
  while (row.children.length > cells.length) row.lastElementChild.remove()
  return row
}

const contents = new WeakMap()

const focusable = within => [...within.querySelectorAll('a, button, input, select, textarea, [tabindex]')]

function place(parent, focused) {
  const child = [...parent.children].find(child => child.contains(focused))
  return { key: child.dataset.key, index: focusable(child).indexOf(focused) }
}
