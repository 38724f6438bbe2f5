import { useEffect, useState } from 'react'
import { applyTheme, areSingleKeysOn, readTheme, writeSetting, type Theme } from '../settings.ts'
import { Segmented } from '../ui/Segmented.tsx'
import { TopBar } from '../ui/TopBar.tsx'
import css from './pages.module.css'

const themes: readonly { value: Theme; text: string }[] = [{ value: 'system', text: 'As the system' }, { value: 'light', text: 'Light' }, { value: 'dark', text: 'Dark' }, { value: 'hc', text: 'High contrast' }]

/** Theme and keys; kept in this browser. */
export function SettingsScreen() {
  const [theme, setTheme] = useState<Theme>(readTheme)
  const [hasKeys, setKeys] = useState(areSingleKeysOn)
  useEffect(() => { document.title = 'Settings · Podflight' }, [])
  return (
    <div className={css.page}>
      <TopBar />
      <main className={css.body}>
        <h1>Settings</h1>
        <section className={css.group}>
          <h2>Theme</h2>
          <Segmented label="Theme" value={theme} options={themes} onChange={(value) => { setTheme(value); writeSetting('theme', value); applyTheme(value) }} />
        </section>
        <section className={css.group}>
          <h2>Keys</h2>
          <label className={css.choice}><input type="checkbox" checked={hasKeys} onChange={(event) => { setKeys(event.target.checked); writeSetting('single-keys', event.target.checked ? 'on' : 'off') }} />Single-letter keys outside editor, terminal and fields</label>
          <p className={css.note}>N next problem, W why, F flag, / filter, + − 0 zoom, ] [ steps, ? keys. Function keys stay on.</p>
        </section>
        <section className={css.group}>
          <h2>Motion</h2>
          <p className={css.note}>Podflight follows the reduced-motion setting of your system.</p>
        </section>
      </main>
    </div>
  )
}
