import { Fragment, type ReactNode } from 'react'
import { ChevronRight, Contrast, Search, Settings } from 'lucide-react'
import { NavLink, Link } from 'react-router'
import { useActionHub } from '../actions/action-hub.tsx'
import { Button } from './Button.tsx'
import { Logo } from './Glyphs.tsx'
import css from './TopBar.module.css'

export interface Crumb { readonly title: string; readonly to?: string }

interface TopBarProps {
  /** A path instead of the navigation; the last one is where you are. */
  crumbs?: readonly Crumb[]
  /** Exam: clock and end button instead of everything else. */
  children?: ReactNode
  isExam?: boolean
}

const places = [{ to: '/', title: 'Home' }, { to: '/labs', title: 'Labs' }, { to: '/exams', title: 'Exams' }, { to: '/sandbox', title: 'Sandbox' }] as const

/** Where am I, commands, theme. */
export function TopBar({ crumbs, children, isExam = false }: TopBarProps) {
  const hub = useActionHub()
  return (
    <header className={css.top}>
      {isExam ? <span className={css.mark}><Logo />Podflight</span> : <Link to="/" className={css.mark} aria-label="Podflight, home"><Logo />Podflight</Link>}
      {crumbs === undefined ? <Navigation /> : <Crumbs crumbs={crumbs} />}
      <span className={css.space} />
      {children}
      {!isExam && (
        <span className={css.tools}>
          <span className={css.wide}><Button icon={Search} kbd="F1" onClick={() => hub.dispatch('palette')}>Commands</Button></span>
          <span className={css.phone}><Button look="quiet" icon={Search} iconOnly aria-label="Commands" onClick={() => hub.dispatch('palette')} /></span>
          <Link to="/settings" className={css.iconLink} aria-label="Settings" title="Settings"><Settings size={14} aria-hidden /></Link>
          <Button look="quiet" icon={Contrast} iconOnly aria-label="Next theme" title="Light, dark, high contrast" onClick={() => hub.dispatch('theme')} />
        </span>
      )}
    </header>
  )
}

function Navigation() {
  return (
    <nav className={css.nav} aria-label="Podflight">
      {places.map((place) => <NavLink key={place.to} to={place.to} end={place.to === '/'}>{place.title}</NavLink>)}
    </nav>
  )
}

function Crumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav className={css.crumbs} aria-label="Path">
      {crumbs.map((crumb, index) => (
        <Fragment key={crumb.title}>
          {index > 0 && <ChevronRight size={12} aria-hidden />}
          {crumb.to !== undefined ? <Link to={crumb.to}>{crumb.title}</Link> : index === crumbs.length - 1 ? <b aria-current="page">{crumb.title}</b> : <span>{crumb.title}</span>}
        </Fragment>
      ))}
    </nav>
  )
}
