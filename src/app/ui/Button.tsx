import type { ComponentProps, ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'
import css from './Button.module.css'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  /** At most one `primary` per pane. */
  look?: 'plain' | 'primary' | 'quiet' | 'warn'
  size?: 'small' | 'normal' | 'large'
  icon?: LucideIcon
  /** Shows the icon alone; `aria-label` is required then. */
  iconOnly?: boolean
  kbd?: string
  children?: ReactNode
}

export function Button({ look = 'plain', size = 'normal', icon: Icon, iconOnly = false, kbd, children, type = 'button', ...rest }: ButtonProps) {
  const classes = [css.button, css[look], css[size], iconOnly ? css.iconOnly : ''].join(' ')
  return (
    <button {...rest} type={type} className={classes}>
      {Icon !== undefined && <Icon size={14} aria-hidden />}
      {children}
      {kbd !== undefined && <Kbd inverse={look === 'primary'}>{kbd}</Kbd>}
    </button>
  )
}

export function Kbd({ children, inverse = false }: { children: ReactNode; inverse?: boolean }) {
  return <kbd className={inverse ? `${css.kbd} ${css.kbdInverse}` : css.kbd}>{children}</kbd>
}
