// Addresses within the console: `#/tables/OrdersTable?index=ByUser`.

export function address(path, query = {}) {
  const parts = path.map(encodeURIComponent).join('/')
  const given = Object.entries(query).filter(([, value]) => value !== '' && value !== null && value !== undefined)
  const text = new URLSearchParams(given).toString()
  return `#/${parts}${text && `?${text}`}`
}

/// The parts of the path and the query of the address that the browser shows.
export function current() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return { path: path.split('/').map(decoded).filter(part => part !== ''), query: new URLSearchParams(query) }
}

function decoded(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/// Changes the query of the address without leaving the page.
export function setQuery(path, query) {
  history.replaceState(null, '', address(path, query))
}
