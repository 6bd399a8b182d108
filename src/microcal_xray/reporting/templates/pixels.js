// The pixels of an image: unpacked as full_depth.py packed them, and turned to greys by window and level.

const MOST_CODES = 65536;

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function unpacked(bytes) {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const stream = new Blob([bytes.subarray(4 + length)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const body = new Uint8Array(await new Response(stream).arrayBuffer());
  const table = head.step === null ? new Float32Array(body.buffer.slice(0, 4 * head.values)) : null;
  const planes = body.subarray(table ? 4 * head.values : 0);
  return withLevels({ ...head, table, codes: unpredicted(planes, head.rows, head.columns) });
}

// A reduced picture in 8 bits: its own greys are the codes.
async function unpackedJpeg(base64) {
  const picture = new Image();
  picture.src = `data:image/jpeg;base64,${base64}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const codes = new Uint16Array(canvas.width * canvas.height);
  for (let i = 0; i < codes.length; i++) codes[i] = data[4 * i];
  return withLevels({
    rows: canvas.height, columns: canvas.width, codes, hole: false, values: 256, first: 0, step: 1, table: null,
    exact: false, low: 0, high: 255, gamma: 1,
  });
}

// Each code is what its neighbours predict (ITU-T T.87, A.4.1) and an error, folded to unsigned, low bytes first.
function unpredicted(planes, rows, columns) {
  const count = rows * columns;
  const codes = new Uint16Array(count); // sums wrap at two bytes, as they were packed
  const lower = planes.subarray(0, count);
  const upper = planes.subarray(count);
  for (let at = 0; at < columns; at++) {
    codes[at] = (at ? codes[at - 1] : 0) + unfolded(lower[at] | (upper[at] << 8));
  }
  for (let row = 1; row < rows; row++) unpredictRow(codes, lower, upper, row * columns, columns);
  return codes;
}

const unfolded = (folded) => (folded >> 1) ^ -(folded & 1);

// A function of its own, and no closure: 7 million pixels in a few hundredths of a second.
function unpredictRow(codes, lower, upper, start, columns) {
  let corner = codes[start - columns];
  let left = (corner + unfolded(lower[start] | (upper[start] << 8))) & 65535;
  codes[start] = left;
  for (let at = start + 1; at < start + columns; at++) {
    const above = codes[at - columns];
    const plane = left + above - corner;
    const low = left < above ? left : above;
    const high = left < above ? above : left;
    const predicted = plane < low ? low : plane > high ? high : plane;
    const folded = lower[at] | (upper[at] << 8);
    left = (predicted + ((folded >> 1) ^ -(folded & 1))) & 65535;
    codes[at] = left;
    corner = above;
  }
}

// Each level is half as wide and high: the mean of four codes. Drawing small reads few pixels and skips none.
function withLevels(pixels) {
  const levels = [{ rows: pixels.rows, columns: pixels.columns, codes: pixels.codes }];
  while (Math.max(levels.at(-1).rows, levels.at(-1).columns) > 512) levels.push(halved(levels.at(-1)));
  return { ...pixels, levels };
}

function halved({ rows, columns, codes }) {
  const half = { rows: (rows + 1) >> 1, columns: (columns + 1) >> 1 };
  half.codes = new Uint16Array(half.rows * half.columns);
  for (let row = 0, at = 0; row < half.rows; row++) {
    const upper = 2 * row * columns;
    const lower = Math.min(2 * row + 1, rows - 1) * columns;
    for (let column = 0; column < half.columns; column++) {
      const left = 2 * column;
      const right = Math.min(left + 1, columns - 1);
      half.codes[at++] = (codes[upper + left] + codes[upper + right] + codes[lower + left] + codes[lower + right] + 2) >> 2;
    }
  }
  return half;
}

function valueOf(pixels, code) {
  const place = code - (pixels.hole ? 1 : 0);
  if (place < 0) return null;
  return pixels.table ? pixels.table[place] : pixels.first + pixels.step * place;
}

// The grey of every code. Black at `low` and below, white at `high` and above; what is no picture stays black.
function greysOf(pixels, { low, high, inverted }) {
  const greys = new Uint8Array(MOST_CODES);
  const first = pixels.hole ? 1 : 0;
  for (let place = 0; place < pixels.values; place++) {
    const value = pixels.table ? pixels.table[place] : pixels.first + pixels.step * place;
    let share = high > low ? (value - low) / (high - low) : 128 / 255;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    if (pixels.gamma === 1.5) share *= Math.sqrt(share);
    else if (pixels.gamma !== 1) share **= pixels.gamma;
    const grey = Math.floor(share * 255 + 0.5);
    greys[first + place] = inverted ? 255 - grey : grey;
  }
  return greys;
}

// Values below which these shares of the pixels between two corners lie; null where no pixel is.
function percentiles({ rows, columns, codes, ...pixels }, [top, left, bottom, right], shares) {
  const within = (value, most) => Math.min(most - 1, Math.max(0, Math.round(value)));
  const [first, last] = [within(top, rows), within(bottom, rows)];
  const [start, end] = [within(left, columns), within(right, columns)];
  const counts = new Uint32Array(MOST_CODES);
  for (let row = first; row <= last; row++) {
    for (let at = row * columns + start; at <= row * columns + end; at++) counts[codes[at]]++;
  }
  if (pixels.hole) counts[0] = 0; // what is no picture
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (!all) return null;
  return shares.map((share) => {
    let code = 0;
    for (let seen = counts[0]; seen <= share * (all - 1); seen += counts[code]) code++;
    return valueOf(pixels, code);
  });
}
