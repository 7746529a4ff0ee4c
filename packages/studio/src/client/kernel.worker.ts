/** A thread of the kernels: it waits in shared memory for the work of one workspace after another. */
import { serveKernels } from '@portolan/core/kernels';
import type { ThreadScope } from '@portolan/core/kernels';

serveKernels(globalThis as unknown as ThreadScope);
