/** Every verb of kubectl by its path. */

import type { VerbFunction } from '../session.ts'
import { createConfigMap, createDockerSecret, createGenericSecret, createTlsSecret } from '../generators/content.ts'
import { createIngress } from '../generators/ingress.ts'
import { createDisruptionBudget, createNamespace, createPriorityClass, createQuota, createServiceAccount, createToken } from '../generators/policy.ts'
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from '../generators/rbac.ts'
import { createClusterIp, createExternalName, createLoadBalancer, createNodePort } from '../generators/service.ts'
import { createCronJob, createDeployment, createJob } from '../generators/workloads.ts'
import { reconcile } from './auth-reconcile.ts'
import { dumpCluster } from './cluster-dump.ts'
import { apiResources, apiVersions, clusterInfo, version } from './api-info.ts'
import { apply } from './apply.ts'
import { editLastApplied, setLastApplied, viewLastApplied } from './apply-annotation.ts'
import { canI, whoAmI } from './auth.ts'
import { autoscale } from './autoscale.ts'
import { currentContext, deleteCluster, deleteContext, deleteUser, getClusters, getContexts, getUsers, renameContext, setCluster, setContext, setCredentials, setProperty, unsetProperty, useContext, viewConfig } from './config.ts'
import { create } from './create.ts'
import { deleteVerb } from './delete.ts'
import { describe } from './describe.ts'
import { cordon, drain, uncordon } from './drain.ts'
import { edit } from './edit.ts'
import { events } from './events.ts'
import { attach, exec } from './exec.ts'
import { explain } from './explain.ts'
import { expose } from './expose.ts'
import { get } from './get.ts'
import { annotate, label } from './label.ts'
import { logs } from './logs.ts'
import { patch } from './patch.ts'
import { replace } from './replace.ts'
import { rolloutPause, rolloutRestart, rolloutResume } from './rollout.ts'
import { rolloutHistory, rolloutUndo } from './rollout-history.ts'
import { rolloutStatus } from './rollout-status.ts'
import { run } from './run.ts'
import { scale } from './scale.ts'
import { setImage, setResources, setSelector, setServiceAccount, setSubject } from './set.ts'
import { setEnv } from './set-env.ts'
import { taint } from './taint.ts'
import { topNode, topPod } from './top.ts'
import { wait } from './wait.ts'
import { approveCertificate, denyCertificate } from './certificate.ts'
import { cp } from './cp.ts'
import { debug } from './debug.ts'
import { diff } from './diff.ts'
import { kustomize } from './kustomize.ts'
import { completion, pluginList, proxy } from './outside.ts'
import { portForward } from './port-forward.ts'

const verbs: { readonly [path: string]: VerbFunction } = {
  annotate,
  'api-resources': apiResources,
  'api-versions': apiVersions,
  apply,
  'apply edit-last-applied': editLastApplied,
  'apply set-last-applied': setLastApplied,
  'apply view-last-applied': viewLastApplied,
  attach,
  'auth can-i': canI,
  'auth reconcile': reconcile,
  'auth whoami': whoAmI,
  autoscale,
  'certificate approve': approveCertificate,
  'certificate deny': denyCertificate,
  'cluster-info': clusterInfo,
  'cluster-info dump': dumpCluster,
  completion,
  cp,
  debug,
  diff,
  kustomize,
  'plugin list': pluginList,
  'port-forward': portForward,
  proxy,
  'config current-context': currentContext,
  'config delete-cluster': deleteCluster,
  'config delete-context': deleteContext,
  'config delete-user': deleteUser,
  'config get-clusters': getClusters,
  'config get-contexts': getContexts,
  'config get-users': getUsers,
  'config rename-context': renameContext,
  'config set': setProperty,
  'config set-cluster': setCluster,
  'config set-context': setContext,
  'config set-credentials': setCredentials,
  'config unset': unsetProperty,
  'config use-context': useContext,
  'config view': viewConfig,
  cordon,
  create,
  'create clusterrole': createClusterRole,
  'create clusterrolebinding': createClusterRoleBinding,
  'create configmap': createConfigMap,
  'create cronjob': createCronJob,
  'create deployment': createDeployment,
  'create ingress': createIngress,
  'create job': createJob,
  'create namespace': createNamespace,
  'create poddisruptionbudget': createDisruptionBudget,
  'create priorityclass': createPriorityClass,
  'create quota': createQuota,
  'create role': createRole,
  'create rolebinding': createRoleBinding,
  'create secret docker-registry': createDockerSecret,
  'create secret generic': createGenericSecret,
  'create secret tls': createTlsSecret,
  'create service clusterip': createClusterIp,
  'create service externalname': createExternalName,
  'create service loadbalancer': createLoadBalancer,
  'create service nodeport': createNodePort,
  'create serviceaccount': createServiceAccount,
  'create token': createToken,
  delete: deleteVerb,
  describe,
  drain,
  edit,
  events,
  exec,
  explain,
  expose,
  get,
  label,
  logs,
  patch,
  replace,
  'rollout history': rolloutHistory,
  'rollout pause': rolloutPause,
  'rollout restart': rolloutRestart,
  'rollout resume': rolloutResume,
  'rollout status': rolloutStatus,
  'rollout undo': rolloutUndo,
  run,
  scale,
  'set env': setEnv,
  'set image': setImage,
  'set resources': setResources,
  'set selector': setSelector,
  'set serviceaccount': setServiceAccount,
  'set subject': setSubject,
  taint,
  'top node': topNode,
  'top pod': topPod,
  uncordon,
  version,
  wait,
}

/** The function of a command; undefined for groups. */
export function findVerb(path: string): VerbFunction | undefined {
  return Object.hasOwn(verbs, path) ? verbs[path] : undefined
}
