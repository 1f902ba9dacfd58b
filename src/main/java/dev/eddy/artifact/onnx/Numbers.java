package dev.eddy.artifact.onnx;

/** The elements of a constant, row-major: float32 as such, everything else as float64. Not to be changed. */
sealed interface Numbers {
    int size();

    double at(int i);

    /** The elements at some places, in that order. */
    Numbers pick(int[] places);

    /** The elements rounded to float32. */
    float[] floats();

    /** Elements of 32 bits. */
    record Singles(float[] values) implements Numbers {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public double at(int i) {
            return values[i];
        }

        @Override
        public Numbers pick(int[] places) {
            float[] picked = new float[places.length];
            for (int i = 0; i < picked.length; i++) {
                picked[i] = values[places[i]];
            }
            return new Singles(picked);
        }

        @Override
        public float[] floats() {
            return values;
        }
    }

    /** Elements of 64 bits. */
    record Doubles(double[] values) implements Numbers {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public double at(int i) {
            return values[i];
        }

        @Override
        public Numbers pick(int[] places) {
            double[] picked = new double[places.length];
            for (int i = 0; i < picked.length; i++) {
                picked[i] = values[places[i]];
            }
            return new Doubles(picked);
        }

        @Override
        public float[] floats() {
            float[] rounded = new float[values.length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) values[i];
            }
            return rounded;
        }
    }
}
