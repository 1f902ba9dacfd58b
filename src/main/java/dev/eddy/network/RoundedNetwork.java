package dev.eddy.network;

/** A network whose state is rounded at the end of each step; what it answers is worked out before. */
final class RoundedNetwork implements Network {
    private final Network exact;
    private final StatePrecision precision;

    RoundedNetwork(Network exact, StatePrecision precision) {
        this.exact = exact;
        this.precision = precision;
    }

    @Override
    public int inputSize() {
        return exact.inputSize();
    }

    @Override
    public int stateSize() {
        return exact.stateSize();
    }

    @Override
    public int outputSize() {
        return exact.outputSize();
    }

    @Override
    public int labelCount() {
        return exact.labelCount();
    }

    @Override
    public boolean isRecurrent() {
        return exact.isRecurrent();
    }

    @Override
    public boolean readsBackward() {
        return exact.readsBackward();
    }

    @Override
    public long engineBytes() {
        return exact.engineBytes();
    }

    @Override
    public Scratch newScratch() {
        return exact.newScratch();
    }

    @Override
    public Scratch newScratch(int mostKeys) {
        return exact.newScratch(mostKeys);
    }

    @Override
    public int batchSize() {
        return exact.batchSize();
    }

    @Override
    public void warmUp(long nanos) {
        exact.warmUp(nanos);
    }

    @Override
    public void require(float[] raw) {
        exact.require(raw);
    }

    @Override
    public void step(float[] raw, float[] state, float[] values, Scratch scratch) {
        exact.step(raw, state, values, scratch);
        precision.round(state);
    }

    @Override
    public void step(float[][] raws, float[][] states, float[][] values, int count, Scratch scratch) {
        exact.step(raws, states, values, count, scratch);
        for (int i = 0; i < count; i++) {
            precision.round(states[i]);
        }
    }

    @Override
    public void answer(float[] state, float[] values, Scratch scratch) {
        exact.answer(state, values, scratch);
    }

    @Override
    public void pass(float[][] raws, int count, int answers, float[] state, float[][] values, Scratch scratch) {
        exact.pass(raws, count, answers, state, values, scratch);
        precision.round(state);
    }

    @Override
    public void summary(float[][] raws, int count, float[] state, float[] values, Scratch scratch) {
        exact.summary(raws, count, state, values, scratch);
    }

    @Override
    public double logProbability(float[] values, int output, Scratch scratch) {
        return exact.logProbability(values, output, scratch);
    }

    @Override
    public void probabilities(float[] values, float[] probabilities) {
        exact.probabilities(values, probabilities);
    }

    @Override
    public String engine() {
        return exact.engine();
    }
}
