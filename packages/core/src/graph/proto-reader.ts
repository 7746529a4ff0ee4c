/** Protocol buffers as ONNX uses them. */
import { PbfReader } from 'pbf';
import { FormatError } from '../base/index.ts';

export const VARINT = 0;
const BYTES = 2;

/** Protocol buffers, read with every length checked against what contains it. */
export class Reader {
  private readonly pbf: PbfReader;
  private readonly what: string;
  private end: number;
  private depth = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.pbf = new PbfReader(bytes);
    this.what = what;
    this.end = bytes.length;
  }

  get offset(): number {
    return this.pbf.pos;
  }

  error(message: string, offset: number): FormatError {
    const at = Math.min(offset, this.pbf.length);
    return new FormatError(`${this.what}: ${message} (at byte ${at})`, { details: { name: this.what, offset: at } });
  }

  /**
   * Visits the fields up to `end`; a field that the visitor does not read is passed over.
   * @param passed  told of each field, from its key to its end
   */
  fields(
    end: number,
    visit: (tag: number, type: number) => void,
    passed?: (tag: number, from: number, to: number) => void,
  ): void {
    const outer = this.end;
    this.end = end;
    while (this.pbf.pos < end) {
      const start = this.pbf.pos;
      const key = this.varint();
      const [tag, type] = [Math.floor(key / 8), key % 8];
      if (tag === 0 || (type !== VARINT && type !== BYTES && type !== 1 && type !== 5)) {
        throw this.error(`got field ${tag} of kind ${type}, expected an ONNX model`, start);
      }
      this.pbf.type = type;
      const body = this.pbf.pos;
      visit(tag, type);
      if (this.pbf.pos === body) this.skip(type);
      if (this.pbf.pos > end) throw this.error('the bytes end within a field; is the file cut off?', start);
      passed?.(tag, start, this.pbf.pos);
    }
    this.end = outer;
  }

  message(visit: (tag: number, type: number) => void, passed?: (tag: number, from: number, to: number) => void): void {
    const end = this.lengthEnd();
    if (++this.depth > 32) throw this.error('got messages nested too deep, expected an ONNX model', this.offset);
    this.fields(end, visit, passed);
    this.depth--;
  }

  text(): string {
    const end = this.lengthEnd();
    const text = new TextDecoder().decode(this.pbf.buf.subarray(this.pbf.pos, end));
    this.pbf.pos = end;
    return text;
  }

  number(): number {
    this.expect(VARINT);
    return this.varint();
  }

  private skip(type: number): void {
    if (type === VARINT) this.varint();
    else if (type === BYTES) this.pbf.pos = this.lengthEnd();
    else this.pbf.pos += type === 1 ? 8 : 4;
  }

  /** The end of a length-delimited field, whose length is read here. */
  private lengthEnd(): number {
    this.expect(BYTES);
    const start = this.pbf.pos;
    const length = this.varint();
    if (length > this.end - this.pbf.pos) {
      throw this.error(
        `a field claims ${length} bytes where ${this.end - this.pbf.pos} are left; is the file cut off?`,
        start,
      );
    }
    return this.pbf.pos + length;
  }

  private varint(): number {
    const start = this.pbf.pos;
    let value: number;
    try {
      value = this.pbf.readVarint();
    } catch (cause) {
      throw new FormatError(`${this.what}: got a number of over ten bytes, expected an ONNX model (at byte ${start})`, {
        details: { name: this.what, offset: start },
        cause,
      });
    }
    if (this.pbf.pos > this.end) throw this.error('the bytes end within a number; is the file cut off?', start);
    return value;
  }

  private expect(type: number): void {
    if (this.pbf.type !== type) {
      throw this.error(`got a field of kind ${this.pbf.type}, expected ${type}; this is no ONNX model`, this.offset);
    }
  }
}
