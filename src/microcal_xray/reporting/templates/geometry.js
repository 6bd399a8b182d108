// Where to draw, so that a line is pointed at and never covered. The same rules as callouts.py and scale_bar.py.
// Points are [x, y] in pixels of the screen.

const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const moved = (point, direction, by) => [point[0] + by * direction[0], point[1] + by * direction[1]];
const turned = (direction) => [-direction[1], direction[0]];

function unit(vector) {
  const length = Math.max(Math.hypot(...vector), 1e-9);
  return [vector[0] / length, vector[1] / length];
}

// Two copies of a path, moved to its left and to its right.
function rails(path, offset) {
  const normals = path.map((_, i) =>
    turned(unit(minus(path[Math.min(i + 3, path.length - 1)], path[Math.max(i - 3, 0)]))));
  return [offset, -offset].map((by) => path.map((point, i) => moved(point, normals[i], by)));
}

// Where to write the number of each path: beyond an end or beside the middle, clear of other lines and numbers.
function numberPlaces(paths, reach, radius, width, height) {
  const placed = [];
  for (const path of paths) {
    const cost = (place) => {
      const outside = place[0] < radius || place[1] < radius || place[0] > width - radius || place[1] > height - radius;
      const onNumber = placed.some((other) => distance(other, place) < 2 * radius);
      const onLine = paths.some((other) => other.some((point) => distance(point, place) < radius));
      return 16 * outside + 4 * onNumber + onLine;
    };
    placed.push(numberOptions(path, reach).reduce((best, place) => (cost(place) < cost(best) ? place : best)));
  }
  return placed;
}

function numberOptions(path, reach) {
  const step = Math.min(5, path.length - 1);
  const last = path.length - 1;
  const middle = path.length >> 1;
  const across = turned(unit(minus(path[Math.min(last, middle + step)], path[Math.max(0, middle - step)])));
  return [
    moved(path[0], unit(minus(path[0], path[step])), reach),
    moved(path[last], unit(minus(path[last], path[last - step])), reach),
    moved(path[middle], across, reach),
    moved(path[middle], across, -reach),
  ];
}

// The longest of 1, 2, 5, 10, 20, 50, ... that is not over `longest`.
function roundLength(longest) {
  const power = 10 ** Math.floor(Math.log10(longest) + 1e-9);
  const step = [5, 2, 1].find((factor) => factor * power <= longest * (1 + 1e-9));
  return Number((step * power).toPrecision(6));
}

// The fewest points of a path from which none of its points is farther than `tolerance` (Douglas and Peucker, 1973).
function simplified(path, tolerance) {
  const last = path.length - 1;
  if (last < 2) return path;
  let farthest = 0;
  let most = -1;
  for (let i = 1; i < last; i++) {
    const away = fromSegment(path[i], path[0], path[last]);
    if (away > most) [farthest, most] = [i, away];
  }
  if (most <= tolerance) return [path[0], path[last]];
  return [...simplified(path.slice(0, farthest + 1), tolerance).slice(0, -1), ...simplified(path.slice(farthest), tolerance)];
}

function fromSegment(point, start, end) {
  const along = minus(end, start);
  const length = along[0] ** 2 + along[1] ** 2;
  const away = minus(point, start);
  const share = length ? Math.min(1, Math.max(0, (away[0] * along[0] + away[1] * along[1]) / length)) : 0;
  return distance(point, moved(start, along, share));
}
