import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { expectOutput, openLab, typeLine, watchProblems } from './helpers.ts'

/** Runs a command and waits for what it prints. */
async function command(page: Page, line: string, output: string): Promise<void> {
  await typeLine(page, line)
  await expectOutput(page, output, 60_000)
}

async function checkStep(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check step' }).click()
  await expect(page.getByRole('button', { name: /Next step|Finish lab/ })).toBeVisible({ timeout: 30_000 })
}

async function nextStep(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Next step' }).click()
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
}

test('the local mock is played from the first to the last command through the visible terminal', async ({ page }) => {
  test.setTimeout(240_000)
  const problems = watchProblems(page)
  await openLab(page, 'l04-local-mock')
  await command(page, 'alias k=kubectl', '$')
  await command(page, 'k create namespace ml-k8s-lab', 'namespace/ml-k8s-lab created')
  await command(page, 'k apply -f mock-inference.yaml', 'service/mock-inference created')
  await command(page, 'k rollout status deployment/mock-inference -n ml-k8s-lab', 'deployment "mock-inference" successfully rolled out')
  await checkStep(page)

  await nextStep(page, 'Verify rollout, Pods and endpoints')
  await command(page, 'k get pods -n ml-k8s-lab -l app=mock-inference -o wide', '1/1')
  await command(page, 'k get endpoints mock-inference -n ml-k8s-lab', ':8000')
  await checkStep(page)

  await nextStep(page, 'Ask for a prediction from inside the cluster')
  await command(page, 'k run curl-test -n ml-k8s-lab --rm -it --image=curlimages/curl:8.10.1 --restart=Never -- http://mock-inference/predict', '{"label":"positive","score":0.91}')
  await expectOutput(page, 'pod "curl-test" deleted')
  await checkStep(page)

  await nextStep(page, 'Break it three ways')
  await command(page, `k patch service mock-inference -n ml-k8s-lab -p '{"spec":{"selector":{"app":"mock"}}}'`, 'service/mock-inference patched')
  await command(page, 'clear; k describe service mock-inference -n ml-k8s-lab | grep Endpoints', 'Endpoints:')
  await command(page, 'k logs -n ml-k8s-lab -l app=mock-inference --tail=1', '$')
  const questions = page.getByRole('radiogroup')
  await questions.nth(0).getByText('The endpoints are empty').click()
  await questions.nth(1).getByText('The connection is refused at the Pod').click()
  await questions.nth(2).getByText('New Pods crash, old ones serve').click()
  await checkStep(page)

  await nextStep(page, 'Repair all three')
  await command(page, `k patch service mock-inference -n ml-k8s-lab -p '{"spec":{"selector":{"app":"mock-inference"}}}'`, 'patched')
  await command(page, 'clear; k get endpointslices -n ml-k8s-lab', '8000')
  await checkStep(page)

  await nextStep(page, 'Add the optional autoscaler')
  await command(page, 'k autoscale deployment mock-inference -n ml-k8s-lab --min=2 --max=4 --cpu=65%', 'autoscaled')
  await page.getByRole('radio', { name: '60x' }).or(page.getByRole('button', { name: '60x' })).first().click()
  await expect.poll(async () => {
    await typeLine(page, 'clear; k get hpa -n ml-k8s-lab')
    await page.waitForTimeout(1500)
    return page.locator('.xterm-rows').innerText()
  }, { timeout: 60_000 }).toMatch(/\d+%\/65%/)
  await page.getByRole('radio', { name: '1x', exact: true }).or(page.getByRole('button', { name: '1x', exact: true })).first().click()
  await checkStep(page)

  await nextStep(page, 'Delete the namespace')
  await command(page, 'k delete namespace ml-k8s-lab', 'namespace "ml-k8s-lab" deleted')
  await expect.poll(async () => {
    await typeLine(page, 'clear; k get namespace ml-k8s-lab')
    await page.waitForTimeout(1000)
    return page.locator('.xterm-rows').innerText()
  }, { timeout: 60_000 }).toContain('NotFound')
  await checkStep(page)
  await page.getByRole('button', { name: 'Next step' }).click()
  await expect(page.getByRole('button', { name: 'Finish lab' })).toBeVisible()
  expect(problems).toEqual([])
})

test('a lab survives a reload', async ({ page }) => {
  await openLab(page, 'l04-local-mock')
  await command(page, 'k create namespace kept', 'namespace/kept created')
  await page.waitForTimeout(500)
  await page.reload()
  await openLab(page, 'l04-local-mock')
  await command(page, 'k get namespace kept', 'Active')
})
