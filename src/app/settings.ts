/** Small choices of this browser. A browser that refuses storage just forgets them. */
const prefix = 'podflight.'

export type Theme = 'system' | 'light' | 'dark' | 'hc'

export function readSetting(key: string): string | undefined {
  try { return localStorage.getItem(prefix + key) ?? undefined } catch { return undefined }
}

export function writeSetting(key: string, value: string): void {
  try { localStorage.setItem(prefix + key, value) } catch { /* private mode: the choice holds until reload */ }
}

export function readTheme(): Theme {
  const theme = readSetting('theme')
  return theme === 'light' || theme === 'dark' || theme === 'hc' ? theme : 'system'
}

/** Puts the theme on the page and tells canvas, editor and terminal to read their colors again. */
export function applyTheme(theme: Theme): void {
  const resolved = theme === 'system' ? systemTheme() : theme
  document.documentElement.dataset['theme'] = resolved
  window.dispatchEvent(new CustomEvent('podflight-theme'))
}

export function systemTheme(): 'light' | 'dark' | 'hc' {
  if (matchMedia('(prefers-contrast: more)').matches) return 'hc'
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function areSingleKeysOn(): boolean { return readSetting('single-keys') !== 'off' }

/** Calls back when the theme changes; returns the function that ends it. */
export function onTheme(listener: () => void): () => void {
  window.addEventListener('podflight-theme', listener)
  return () => { window.removeEventListener('podflight-theme', listener) }
}
