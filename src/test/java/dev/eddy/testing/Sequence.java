package dev.eddy.testing;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fields;
import dev.eddy.model.LayerSpec;
import dev.eddy.network.CellNetwork;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import java.util.List;
import java.util.Map;

/** One sequence run through a model, event by event, as the stream does it. */
public final class Sequence {
    private final LiveModel model;
    private final List<LayerSpec> layers;
    private final Network.Scratch scratch;
    private final float[] input;
    private final float[] outputs;
    private final float[] state;

    public Sequence(ModelFile file) {
        model = LiveModel.compile(file.id(), file.spec(), file);
        layers = file.spec().layers();
        scratch = model.network().newScratch();
        input = new float[model.network().inputSize()];
        outputs = new float[model.network().outputSize()];
        state = new float[model.network().stateSize()];
    }

    /** The values of the next event. */
    public double[] step(Map<String, Object> event) {
        model.features().encode(Fields.of(event), 0, new float[0], input);
        model.network().step(input, state, outputs, scratch);
        return model.readout().values(outputs);
    }

    /** Sets h (part 0) or c (part 1) of a recurrent layer. */
    public void set(int layer, int part, float[] values) {
        System.arraycopy(values, 0, state, at(layer, part, values.length), values.length);
    }

    /** One element of h (part 0) or c (part 1) of a recurrent layer of some width. */
    public float get(int layer, int part, int width, int unit) {
        return state[at(layer, part, width) + unit];
    }

    /** Where a part begins: c stands behind h, which is narrower where it is projected. */
    private int at(int layer, int part, int width) {
        Integer projection = layers.get(layer).variant().projection();
        return ((CellNetwork) model.network()).stateAt(layer) + part * (projection == null ? width : projection);
    }
}
