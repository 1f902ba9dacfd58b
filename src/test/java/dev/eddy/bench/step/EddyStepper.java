package dev.eddy.bench.step;

import dev.eddy.network.Network;
import dev.eddy.testing.TestModels;

/** Eddy's own engine, one key. */
final class EddyStepper implements Stepper {
    private final StepModel model;
    private final int key;
    private final Network network;
    private final Network.Scratch scratch;
    private final float[] state;
    private final float[][] values;
    private long t;

    /** @param key whose inputs it takes */
    EddyStepper(StepModel model, int key) {
        this.model = model;
        this.key = key;
        this.network = TestModels.live(model.file()).network();
        this.scratch = network.newScratch();
        this.state = new float[network.stateSize()];
        this.values = new float[1][network.outputSize()];
    }

    @Override
    public float[][] step() {
        network.step(model.input(t++, key), state, values[0], scratch);
        return values;
    }
}
