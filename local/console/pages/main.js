// Finds the page of the address and shows it.

import { address, current } from './address.js'
import { element, heading, link, paragraph } from './elements.js'
import * as stories from './stories.js'
import * as story from './story.js'
import * as functions from './functions.js'
import * as oneFunction from './function.js'
import * as routes from './routes.js'
import * as tables from './tables.js'
import * as table from './table.js'
import * as queues from './queues.js'
import * as queue from './queue.js'
import * as schedules from './schedules.js'
import * as mails from './mails.js'
import * as secrets from './secrets.js'
import * as map from './map.js'
import * as faults from './faults.js'
import * as snapshots from './snapshots.js'

/// The pages of the menu: name in the address, title, the page, and the page of one thing of its list.
const PAGES = [
  ['stories', 'Stories', stories, story],
  ['map', 'Map', map],
  ['functions', 'Functions', functions, oneFunction],
  ['routes', 'Routes', routes],
  ['tables', 'Tables', tables, table],
  ['queues', 'Queues', queues, queue],
  ['schedules', 'Schedules', schedules],
  ['mails', 'Mails', mails, mails],
  ['secrets', 'Secrets', secrets],
  ['faults', 'Faults', faults],
  ['snapshots', 'Snapshots', snapshots],
]

const content = document.getElementById('content')
let leaving = new AbortController()
let shown = null

for (const [name, title] of PAGES) {
  document.getElementById('pages').append(element('li', {}, link(address([name]), title)))
}
document.querySelector('.skip').addEventListener('click', event => {
  // The address is the page's; it names no element.
  event.preventDefault()
  content.focus()
})
window.addEventListener('hashchange', show)
show()

async function show() {
  const { path, query } = current()
  if (path.length === 0) return location.replace(address([PAGES[0][0]]))
  const [name, ...rest] = path
  const [, title, list, one] = PAGES.find(([known]) => known === name) ?? [null, 'No such page', null]
  const page = rest.length > 0 && one ? one : list
  leaving.abort()
  leaving = new AbortController()
  const { signal } = leaving
  for (const entry of document.querySelectorAll('nav a')) {
    entry.toggleAttribute('aria-current', entry.getAttribute('href') === address([name]))
    if (entry.hasAttribute('aria-current')) entry.setAttribute('aria-current', 'page')
  }
  const text = rest.length > 0 && one ? page.title(rest) : title
  document.title = `${text} – cargo local`
  const top = element('h1', { tabindex: '-1' }, text)
  content.replaceChildren(top)
  document.getElementById('status').textContent = ''
  // Whoever follows a link hears where it led. The first page is announced by its title.
  if (shown !== null) {
    top.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }
  shown = page
  if (!page) return content.append(paragraph('The menu has the pages that there are.'))
  try {
    await page.show(content, { path: rest, query, signal })
  } catch (failure) {
    if (signal.aborted) return
    content.append(heading(2, 'This can’t be shown'), paragraph(failure.message))
  }
}
