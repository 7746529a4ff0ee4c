/** Public data sets by name: where their files are, how large, and by which checksum they are known. */
import type { PublicDataInfo } from '@portolan/core';

export interface PublicFile {
  name: string;
  /** places that have it, tried in order */
  urls: readonly string[];
  /** in hex, as those who publish it give it */
  md5: string;
}

/** How the files are read: pairs of IDX images and labels, or CIFAR's records in a tar. */
export type PublicSet = PublicDataInfo & {
  layout: 'idx' | 'cifar';
  categories: readonly string[];
  files: readonly PublicFile[];
};

const IDX_NAMES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];

function idxFiles(places: readonly string[], md5s: readonly string[]): PublicFile[] {
  return IDX_NAMES.map((name, i) => ({ name, urls: places.map((place) => place + name), md5: md5s[i] }));
}

export const CATALOGUE: readonly PublicSet[] = [
  {
    name: 'mnist',
    title: 'MNIST',
    summary: '70,000 handwritten digits, 28 × 28 pixels, grey (LeCun, Cortes & Burges 1998).',
    licence: 'CC BY-SA 3.0',
    bytes: 11_594_722,
    layout: 'idx',
    categories: [...'0123456789'],
    files: idxFiles(
      ['https://storage.googleapis.com/cvdf-datasets/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/'],
      [
        'f68b3c2dcbeaaa9fbdd348bbdeb94873',
        'd53e105ee54ea40749a09fcbcd1e9432',
        '9fb629c4189551a2d022fa330f9573f3',
        'ec29112dd5afa0611ce80d1b7f02629c',
      ],
    ),
  },
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST',
    summary: '70,000 pieces of clothing of ten kinds, 28 × 28 pixels, grey (Xiao, Rasul & Vollgraf 2017).',
    licence: 'MIT',
    bytes: 30_878_645,
    layout: 'idx',
    categories: [
      'T-shirt/top',
      'trouser',
      'pullover',
      'dress',
      'coat',
      'sandal',
      'shirt',
      'sneaker',
      'bag',
      'ankle boot',
    ],
    files: idxFiles(
      [
        'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
        'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      ],
      [
        '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
        '25c81989df183df01b3e8a0aad5dffbe',
        'bef4ecab320f06d8554ea6380940ec79',
        'bb300cfdad3c16e7a12a480ee83cd310',
      ],
    ),
  },
  {
    name: 'kmnist',
    title: 'Kuzushiji-MNIST',
    summary: '70,000 handwritten Japanese characters of ten kinds, 28 × 28 pixels, grey (Clanuwat et al. 2018).',
    licence: 'CC BY-SA 4.0',
    bytes: 21_269_231,
    layout: 'idx',
    categories: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    files: idxFiles(
      ['https://codh.rois.ac.jp/kmnist/dataset/kmnist/', 'http://codh.rois.ac.jp/kmnist/dataset/kmnist/'],
      [
        'bdb82020997e1d708af4cf47b453dcf7',
        'e144d726b3acfaa3e44228e80efcd344',
        '5c965bf0a639b31b8f53240b1b52f4d7',
        '7320c461ea6c1c855c0b718fb2a4b134',
      ],
    ),
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10',
    summary: '60,000 photographs of ten kinds of things, 32 × 32 pixels in colour (Krizhevsky 2009).',
    licence: 'not stated by its authors',
    bytes: 170_052_171,
    layout: 'cifar',
    categories: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      },
    ],
  },
];
