/** Decodes png, jpg and webp with the browser's own decoders; works in a Worker. */
import { FormatError } from '@portolan/core/base';
import type { ImageDecoder } from '@portolan/core/data';

export const pageImageDecoder: ImageDecoder = {
  async decode(bytes, name) {
    try {
      // as they are in the file: no colour profile applied, no pixel multiplied by its alpha
      const options: ImageBitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };
      const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), options);
      const { width, height } = bitmap;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
    } catch (cause) {
      throw new FormatError(`${name} is not an image that this browser can read (png, jpg, webp)`, {
        code: 'image',
        details: { name },
        cause,
      });
    }
  },
};
