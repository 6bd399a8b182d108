// Greys on a canvas, by the processor. paint_webgl.js gives the same values by the graphics card.

const BACKGROUND = 0xff000000;
const SQUARES_FROM = 6; // device pixels per pixel: from here on pixels are seen as squares, below they are blended
const SHARES = 256; // blending counts in 256ths, so that processor and card agree

// Which level is drawn and how its pixels lie on the canvas: at most one pixel of it to a device pixel.
function drawnLevel(pixels, place) {
  const finest = Math.min(place.scaleX, place.scaleY);
  const wanted = finest >= 1 ? 0 : Math.floor(Math.log2(1 / finest));
  const index = Math.min(wanted, pixels.levels.length - 1);
  const scaleX = place.scaleX * 2 ** index;
  const scaleY = place.scaleY * 2 ** index;
  return { index, scaleX, scaleY, squares: finest >= SQUARES_FROM };
}

// For each device pixel along one side: the two pixels it lies between, and the share of the second.
function taps(count, origin, scale, pixels, squares) {
  const lower = new Int32Array(count).fill(-1);
  const upper = new Int32Array(count);
  const share = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const at = (i + 0.5 - origin) / scale - 0.5;
    if (at < -0.5 || at >= pixels - 0.5) continue;
    const below = squares ? Math.floor(at + 0.5) : Math.floor(at);
    lower[i] = Math.max(0, below);
    upper[i] = squares ? lower[i] : Math.min(below + 1, pixels - 1);
    share[i] = squares ? 0 : Math.floor((at - below) * SHARES);
  }
  return { lower, upper, share };
}

// Fill a part of `target` (32 bits per pixel, `width` of them a row) with the picture.
function paintPart(pixels, greys, place, target, width, part) {
  const { index, scaleX, scaleY, squares } = drawnLevel(pixels, place);
  const level = pixels.levels[index];
  const { codes, columns } = level;
  const across = taps(part.width, place.x, scaleX, columns, squares);
  const down = taps(part.height, place.y, scaleY, level.rows, squares);
  const { lower, upper, share } = across;
  for (let y = 0; y < part.height; y++) {
    let at = (part.top + y) * width + part.left;
    if (down.lower[y] < 0) {
      target.fill(BACKGROUND, at, at + part.width);
      continue;
    }
    const first = down.lower[y] * columns;
    const second = down.upper[y] * columns;
    const shareY = down.share[y];
    for (let x = 0; x < part.width; x++, at++) {
      const left = lower[x];
      if (left < 0) {
        target[at] = BACKGROUND;
        continue;
      }
      let grey = greys[codes[first + left]];
      const shareX = share[x];
      if (shareX | shareY) {
        const right = upper[x];
        const top = grey * (SHARES - shareX) + greys[codes[first + right]] * shareX;
        const bottom = greys[codes[second + left]] * (SHARES - shareX) + greys[codes[second + right]] * shareX;
        grey = (top * (SHARES - shareY) + bottom * shareY + 32768) >> 16;
      }
      target[at] = BACKGROUND | (grey * 0x10101);
    }
  }
}

class ProcessorPainter {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { alpha: false });
  }

  show(pixels) {
    this.pixels = pixels;
  }

  setGreys(greys) {
    this.greys = greys;
  }

  // parts: [{ left, top, width, height, place: { x, y, scaleX, scaleY } }] in device pixels; place is of the part.
  paint(parts) {
    const { width, height } = this.canvas;
    if (!width || !height) return;
    if (this.data?.width !== width || this.data.height !== height) {
      this.data = new ImageData(width, height);
      this.words = new Uint32Array(this.data.data.buffer);
    }
    for (const part of parts) paintPart(this.pixels, this.greys, part.place, this.words, width, part);
    this.context.putImageData(this.data, 0, 0);
  }

  // The greys as they were painted last, row by row.
  grabbed() {
    return Uint8Array.from(this.words, (word) => word & 255);
  }
}
