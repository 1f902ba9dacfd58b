package dev.eddy.bench.step;

/** The size of the measured network: an LSTM with a linear head. */
record StepSize(int input, int hidden) {
    static final int OUTPUTS = 4;

    /** Reads {@code 16x64}. */
    static StepSize parse(String text) {
        String[] parts = text.split("x", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("'" + text + "' is not a size; write inputs x hidden units, as 16x64");
        }
        return new StepSize(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public String toString() {
        return input + "x" + hidden;
    }
}
