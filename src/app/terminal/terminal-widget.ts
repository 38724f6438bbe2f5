/** The xterm widget: owns line editing and the screen; the host owns execution. The only importer of xterm. */
import { Terminal, type ITheme } from '@xterm/xterm'
import { FitAddon } from '@xterm/addon-fit'
import '@xterm/xterm/css/xterm.css'
import type { ClusterHost } from '../../session/host.ts'
import { onTheme } from '../settings.ts'
import type { BoardStore } from '../state/board-store.ts'
import { isIncomplete } from './incomplete.ts'
import { columnsText, complete, emptyLine, parseKeys, pressKey, type LineEffect, type LineKey, type LineState } from './line-editor.ts'
import { colorsOnly, redrawText, renderLine } from './line-render.ts'
import { messageOf } from '../../session/message-of.ts'

export interface TerminalWidget {
  focus(): void
  /** Puts text at the cursor without running it. */
  insert(text: string): void
  dispose(): void
}

export interface TerminalOptions { readonly host: ClusterHost; readonly store: BoardStore; /** Typing in the past. */ readonly onPast: () => void }

export function createTerminal(element: HTMLElement, options: TerminalOptions): TerminalWidget {
  return new LineTerminal(element, options)
}

class LineTerminal implements TerminalWidget {
  private readonly term: Terminal
  private readonly fit = new FitAddon()
  private readonly options: TerminalOptions
  private readonly ends: (() => void)[] = []
  private line: LineState = emptyLine
  private history: string[] = []
  private cursorRow = 0
  /** False after output that did not end with a line end. */
  private isAtLineStart = true
  /** Lines of a command that goes on: an open quote, a here-document. */
  private begun = ''
  /** A command was sent and its answer has not come. */
  private isBusy = false
  private isPromptShown = false
  private typedAhead: LineKey[] = []
  /** What is typed for a command that reads lines. */
  private inputLine: LineState = emptyLine
  private lastWasTab = false

  constructor(element: HTMLElement, options: TerminalOptions) {
    this.options = options
    this.term = new Terminal({
      screenReaderMode: true, convertEol: true, cursorBlink: false, scrollback: 5000, minimumContrastRatio: 4.5, fontSize: 12, lineHeight: 1.3,
      fontFamily: getComputedStyle(element).getPropertyValue('--mono'), theme: themeOf(element), tabStopWidth: 8,
    })
    this.term.loadAddon(this.fit)
    this.term.open(element)
    this.term.write('\u001b[?2004h')
    this.term.attachCustomKeyEventHandler((event) => this.ownKey(event))
    this.term.onData((data) => this.onData(data))
    this.ends.push(options.store.onTerminal((text, clear) => this.onOutput(text, clear)), options.store.subscribe(() => this.onBoard()), onTheme(() => { this.term.options.theme = themeOf(element) }))
    this.watchSize(element)
    options.host.terminalHistory().then((history) => { this.history = [...history] }, (error: unknown) => { console.error('terminal history failed', error) })
    this.showPrompt()
  }

  focus(): void { this.term.focus() }

  insert(text: string): void { this.keys([{ type: 'paste', text }]); this.term.focus() }

  dispose(): void { for (const end of this.ends) end(); this.term.dispose() }

  private watchSize(element: HTMLElement): void {
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === 0) return
      this.fit.fit()
      void this.options.host.terminalResize(this.term.cols, this.term.rows)
      if (this.isPromptShown) this.redraw()
    })
    observer.observe(element)
    this.ends.push(() => observer.disconnect())
  }

  /** Copy is ours; paste and the rest belong to xterm. Returns false for keys that xterm shall not see. */
  private ownKey(event: KeyboardEvent): boolean {
    if (event.type === 'keydown' && event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
      event.preventDefault()
      void navigator.clipboard.writeText(this.term.getSelection())
      return false
    }
    return !(event.ctrlKey && event.code === 'KeyV') && !(event.ctrlKey && event.key === ';')
  }

  private get prompt() { return this.begun === '' ? this.status.prompt : '> ' }

  private get status() { return this.options.store.board.terminal }

  private onData(data: string): void {
    if (this.options.store.board.clock.isPast) { this.options.onPast(); return }
    this.keys(parseKeys(data))
  }

  private keys(keys: readonly LineKey[]): void {
    for (const key of keys) {
      const isBusy = this.status.isRunning || this.isBusy
      if (isBusy && key.type === 'key' && key.name === 'interrupt') { this.typedAhead = []; this.inputLine = emptyLine; void this.options.host.terminalKey('interrupt') }
      else if (this.status.isRunning && this.status.readsInput === true) this.feed(key)
      else if (isBusy) this.typedAhead.push(key)
      else this.edit(key)
    }
  }

  /** Keys for a command that reads its standard input: a line with an echo, sent by Enter. */
  private feed(key: LineKey): void {
    const { host } = this.options
    const before = this.inputLine
    const { state, effect } = pressKey(before, key, [])
    if (effect?.type === 'end-of-input') { void host.terminalKey('end-of-input'); return }
    if (effect !== undefined && effect.type !== 'run') return
    this.inputLine = state
    if (effect === undefined) {
      // Only the end of the line is edited, as by a terminal in its plain mode.
      this.term.write(`${'\b'.repeat(before.cursor)}\u001b[K${state.text}${'\b'.repeat(state.text.length - state.cursor)}`)
      return
    }
    this.term.write('\r\n')
    void host.terminalInput(effect.text)
  }

  private edit(key: LineKey): void {
    const { state, effect } = pressKey(this.line, key, this.history)
    const before = this.line
    if (effect?.type === 'run' || effect?.type === 'interrupt') this.line = { ...before, cursor: before.text.length, search: undefined }
    else this.line = state
    const wasTab = this.lastWasTab
    this.lastWasTab = effect?.type === 'complete'
    this.redraw()
    if (effect !== undefined) this.effect(effect, state, wasTab)
  }

  private effect(effect: LineEffect, after: LineState, wasTab: boolean): void {
    switch (effect.type) {
      case 'run': this.run(effect.text, after); break
      case 'interrupt': this.leaveLine('^C', after); this.begun = ''; this.showPrompt(); break
      case 'complete': void this.complete(wasTab); break
      case 'clear': this.term.write('\u001b[2J\u001b[H'); this.cursorRow = 0; this.redraw(); break
      case 'end-of-input': case 'bell': break
    }
  }

  /** Ends the shown line with what follows it and keeps it for a terminal that is mounted later. */
  private leaveLine(suffix: string, after: LineState): void {
    this.term.write(`${suffix}\r\n`)
    this.options.store.recordTerminal(`${this.prompt}${this.line.text}${suffix}\n`)
    this.line = after
    this.cursorRow = 0
    this.isPromptShown = false
  }

  private run(line: string, after: LineState): void {
    this.leaveLine('', after)
    const text = this.begun + line
    if (isIncomplete(text)) { this.begun = `${text}\n`; this.showPrompt(); return }
    this.begun = ''
    if (text.trim() !== '' && this.history.at(-1) !== text) this.history.push(text)
    this.isBusy = true
    this.options.host.terminalRun(text).then(() => this.settle(), (error: unknown) => { this.term.write(`${messageOf(error)}\n`); this.settle() })
  }

  /** The host took the line: the prompt comes back unless the command goes on. */
  private settle(): void {
    this.isBusy = false
    this.onBoard()
  }

  private onBoard(): void {
    if (this.isBusy) return
    const isFree = !this.status.isRunning
    if (isFree && !this.isPromptShown) { this.inputLine = emptyLine; this.showPrompt() }
    if (this.typedAhead.length === 0 || !(isFree || this.status.readsInput === true)) return
    // What was typed meanwhile is read now, as a shell reads what waits in its terminal.
    const ahead = this.typedAhead
    this.typedAhead = []
    this.keys(ahead)
  }

  private showPrompt(): void {
    if (this.status.isRunning || this.isBusy) return
    this.isPromptShown = true
    this.cursorRow = 0
    // Drawing a line clears its row: output without a line end keeps a row of its own.
    if (!this.isAtLineStart) this.term.write('\r\n')
    this.isAtLineStart = true
    this.redraw()
  }

  private redraw(): void {
    const rendered = renderLine(this.prompt, this.line, this.term.cols)
    this.term.write(redrawText(rendered, this.cursorRow))
    this.cursorRow = rendered.cursorRow
  }

  private onOutput(text: string, clear: boolean): void {
    if (clear) { this.term.reset(); this.term.write('\u001b[?2004h'); this.cursorRow = 0 }
    if (text === '' && !clear) return
    const isAtPrompt = this.isPromptShown
    if (isAtPrompt && !clear) this.term.write(`${this.cursorRow > 0 ? `\u001b[${this.cursorRow}A` : ''}\r\u001b[J`)
    this.cursorRow = 0
    this.term.write(colorsOnly(text))
    if (text !== '') this.isAtLineStart = text.endsWith('\n')
    if (isAtPrompt && !this.status.isRunning) this.redraw()
    else this.isPromptShown = false
  }

  private async complete(wasTab: boolean): Promise<void> {
    const asked = this.line
    const answer = await this.options.host.terminalComplete(asked.text, asked.cursor)
    if (this.line !== asked || this.isBusy) return
    const { state, list } = complete(asked, answer)
    if (list.length > 0 && wasTab) {
      this.term.write(`\r\n${columnsText(list, this.term.cols)}\r\n`)
      this.cursorRow = 0
    }
    this.line = state
    this.redraw()
  }
}

/** Colors of the tokens; every ANSI color has a meaning that the app uses too. */
function themeOf(element: Element): ITheme {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const colors = { black: read('text-3'), red: read('bad'), green: read('ok'), yellow: read('wait'), blue: read('move'), magenta: read('course'), cyan: read('c4'), white: read('text-2') }
  return {
    background: read('surface'), foreground: read('text'), cursor: read('text'), cursorAccent: read('surface'), selectionBackground: read('course-soft'), selectionForeground: read('text'), ...colors,
    brightBlack: colors.black, brightRed: colors.red, brightGreen: colors.green, brightYellow: colors.yellow, brightBlue: colors.blue, brightMagenta: colors.magenta, brightCyan: colors.cyan, brightWhite: read('text'),
  }
}
