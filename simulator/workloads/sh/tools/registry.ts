/** All tools by name. */

import { awk } from './awk.ts'
import { fileTools } from './file-tools.ts'
import { grep } from './grep.ts'
import { jq } from './jq.ts'
import { netTools } from './net-tools.ts'
import { nvidiaSmi } from './nvidia-smi.ts'
import { openssl } from './openssl.ts'
import { printTools } from './print-tools.ts'
import { runTools } from './run-tools.ts'
import { sed } from './sed.ts'
import { tar } from './tar.ts'
import { textTools } from './text-tools.ts'
import type { Tool } from './tool.ts'

export const tools: { readonly [name: string]: Tool } = { ...textTools, ...printTools, ...fileTools, ...runTools, ...netTools, grep, egrep: grep, fgrep: grep, sed, awk, gawk: awk, mawk: awk, jq, openssl, tar, 'nvidia-smi': nvidiaSmi }
