export { matrix64, toDouble, toSingle, transposed, multiply, multiplyTransposed } from './matrix64.ts';
export type { Matrix64 } from './matrix64.ts';
export { columnMoments, covarianceSteps, gramSteps } from './moments.ts';
export type { Moments } from './moments.ts';
export { symmetricEigen, eigenSteps, fixSigns } from './eigen.ts';
export type { Eigen } from './eigen.ts';
