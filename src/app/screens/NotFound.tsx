import { Link } from 'react-router'
import { TopBar } from '../ui/TopBar.tsx'
import css from './pages.module.css'

export function NotFound() {
  return (
    <div className={css.page}>
      <TopBar />
      <main className={css.body}><h1>There is nothing at this address</h1><p className={css.lead}>The lab, exam or page was not found in this version. <Link to="/">Go to home</Link></p></main>
    </div>
  )
}
