// Greys on a canvas, by the graphics card: the same pixels, shares and rounding as paint.js.

const VERTEX = `#version 300 es
const vec2 CORNERS[3] = vec2[3](vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));
void main() { gl_Position = vec4(CORNERS[gl_VertexID], 0.0, 1.0); }`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D codes;
uniform usampler2D greys;
uniform vec2 part;
uniform float canvasHeight;
uniform vec2 origin;
uniform vec2 scale;
uniform ivec2 size;
uniform bool squares;
out vec4 colour;
int grey(int x, int y) {
  int code = int(texelFetch(codes, ivec2(x, y), 0).r);
  return int(texelFetch(greys, ivec2(code & 255, code >> 8), 0).r);
}
void main() {
  vec2 at = (vec2(gl_FragCoord.x, canvasHeight - gl_FragCoord.y) - part - origin) / scale - 0.5;
  vec2 end = vec2(size) - 0.5;
  if (at.x < -0.5 || at.y < -0.5 || at.x >= end.x || at.y >= end.y) { colour = vec4(0.0, 0.0, 0.0, 1.0); return; }
  ivec2 below = ivec2(floor(squares ? at + 0.5 : at));
  ivec2 first = max(below, ivec2(0));
  ivec2 second = squares ? first : min(below + 1, size - 1);
  ivec2 share = squares ? ivec2(0) : ivec2(floor((at - vec2(below)) * 256.0));
  int top = grey(first.x, first.y) * (256 - share.x) + grey(second.x, first.y) * share.x;
  int bottom = grey(first.x, second.y) * (256 - share.x) + grey(second.x, second.y) * share.x;
  int mean = (top * (256 - share.y) + bottom * share.y + 32768) >> 16;
  colour = vec4(vec3(float(mean) / 255.0), 1.0);
}`;

// null where there is no graphics card: software that plays one is slower than paint.js.
function cardPainter({ evenSlow = false } = {}, onlost) {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, failIfMajorPerformanceCaveat: !evenSlow });
  if (!gl) return null;
  if (!evenSlow && isSoftware(gl)) {
    gl.getExtension("WEBGL_lose_context")?.loseContext(); // browsers keep few contexts at once
    return null;
  }
  try {
    const painter = new CardPainter(gl);
    canvas.addEventListener("webglcontextlost", onlost);
    return painter;
  } catch {
    return null;
  }
}

class CardPainter {
  constructor(gl) {
    this.canvas = gl.canvas;
    this.gl = gl;
    this.program = linked(gl);
    gl.useProgram(this.program);
    this.places = Object.fromEntries(["codes", "greys", "part", "canvasHeight", "origin", "scale", "size", "squares"]
      .map((name) => [name, gl.getUniformLocation(this.program, name)]));
    gl.uniform1i(this.places.codes, 0);
    gl.uniform1i(this.places.greys, 1);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.enable(gl.SCISSOR_TEST);
    this.greyTexture = texture(gl, 1);
    this.levels = new Map();
  }

  show(pixels) {
    const { gl } = this;
    const most = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    if (Math.max(pixels.rows, pixels.columns) > most) throw new Error("too large for the graphics card");
    for (const each of this.levels.values()) gl.deleteTexture(each);
    this.levels.clear();
    this.pixels = pixels;
  }

  // A level goes to the card when it is drawn for the first time.
  level(index) {
    if (this.levels.has(index)) return this.levels.get(index);
    const { gl } = this;
    const { rows, columns, codes } = this.pixels.levels[index];
    const made = texture(gl, 0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, columns, rows, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, codes);
    this.levels.set(index, made);
    return made;
  }

  setGreys(greys) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.greyTexture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, 256, 256, 0, gl.RED_INTEGER, gl.UNSIGNED_BYTE, greys);
  }

  paint(parts) {
    const { gl, places, canvas } = this;
    this.parts = parts;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.uniform1f(places.canvasHeight, canvas.height);
    for (const { left, top, width, height, place } of parts) {
      const { index, scaleX, scaleY, squares } = drawnLevel(this.pixels, place);
      const { rows, columns } = this.pixels.levels[index];
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, this.level(index));
      gl.scissor(left, canvas.height - top - height, width, height);
      gl.uniform2f(places.part, left, top);
      gl.uniform2f(places.origin, place.x, place.y);
      gl.uniform2f(places.scale, scaleX, scaleY);
      gl.uniform2i(places.size, columns, rows);
      gl.uniform1i(places.squares, squares);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
  }

  grabbed() {
    this.paint(this.parts);
    const { gl, canvas } = this;
    const bytes = new Uint8Array(4 * canvas.width * canvas.height);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    const greys = new Uint8Array(canvas.width * canvas.height);
    for (let row = canvas.height - 1, at = 0; row >= 0; row--) {
      for (let column = 0; column < canvas.width; column++) greys[at++] = bytes[4 * (row * canvas.width + column)];
    }
    return greys;
  }
}

// Some browsers play a card in software without saying so when asked for a fast one.
function isSoftware(gl) {
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const name = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

function texture(gl, unit) {
  const made = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  return made;
}

function linked(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const part = gl.createShader(kind);
    gl.shaderSource(part, source);
    gl.compileShader(part);
    gl.attachShader(program, part);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "not linked");
  return program;
}
