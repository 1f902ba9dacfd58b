package dev.eddy.artifact.onnx;

/** Index arithmetic of moving elements about: from which place of the old array each element of the new one comes. */
final class Routing {
    private Routing() {}

    static int count(int[] shape, int from, int to) {
        int count = 1;
        for (int i = from; i < to; i++) {
            count *= shape[i];
        }
        return count;
    }

    /** Axis i of the result is axis {@code order[i]} of the source. */
    static int[] transpose(int[] shape, int[] order) {
        int[] target = new int[shape.length];
        int[] strides = new int[shape.length];
        int[] own = strides(shape);
        for (int i = 0; i < order.length; i++) {
            target[i] = shape[order[i]];
            strides[i] = own[order[i]];
        }
        return walk(target, strides);
    }

    /** Repeats axes of extent 1; shapes are aligned at their last axes. */
    static int[] broadcast(int[] shape, int[] target) {
        int[] strides = new int[target.length];
        int[] own = strides(shape);
        int shift = target.length - shape.length;
        for (int i = 0; i < shape.length; i++) {
            strides[i + shift] = shape[i] == 1 ? 0 : own[i];
        }
        return walk(target, strides);
    }

    /** Takes some indices of one axis. */
    static int[] select(int[] shape, int axis, int[] which) {
        int outer = count(shape, 0, axis);
        int inner = count(shape, axis + 1, shape.length);
        int[] places = new int[outer * which.length * inner];
        int next = 0;
        for (int o = 0; o < outer; o++) {
            for (int index : which) {
                for (int i = 0; i < inner; i++) {
                    places[next++] = (o * shape[axis] + index) * inner + i;
                }
            }
        }
        return places;
    }

    /** Joins arrays along an axis, given that they stand one behind the other. */
    static int[] concat(int[][] shapes, int axis) {
        int outer = count(shapes[0], 0, axis);
        int inner = count(shapes[0], axis + 1, shapes[0].length);
        int total = 0;
        for (int[] shape : shapes) {
            total += count(shape, 0, shape.length);
        }
        int[] places = new int[total];
        int next = 0;
        for (int o = 0; o < outer; o++) {
            int base = 0;
            for (int[] shape : shapes) {
                int block = shape[axis] * inner;
                for (int i = 0; i < block; i++) {
                    places[next++] = base + o * block + i;
                }
                base += outer * block;
            }
        }
        return places;
    }

    private static int[] strides(int[] shape) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }

    private static int[] walk(int[] shape, int[] strides) {
        int[] places = new int[count(shape, 0, shape.length)];
        int[] at = new int[shape.length];
        int place = 0;
        for (int n = 0; n < places.length; n++) {
            places[n] = place;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                place += strides[axis];
                if (++at[axis] < shape[axis]) {
                    break;
                }
                place -= strides[axis] * shape[axis];
                at[axis] = 0;
            }
        }
        return places;
    }
}
