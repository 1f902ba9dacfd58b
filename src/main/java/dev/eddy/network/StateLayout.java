package dev.eddy.network;

import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import java.util.List;

/** Whether the state of a sequence means the same to two models. */
final class StateLayout {
    private StateLayout() {}

    /**
     * Why a model cannot carry on the states of another.
     *
     * @return one clause for people; null if it can
     */
    static String refusal(LiveModel older, LiveModel newer) {
        ModelSpec from = older.spec();
        ModelSpec to = newer.spec();
        if (!to.stateOf().contains(older.id().fingerprint().toString())) {
            return "its spec does not name " + older.id().fingerprint() + " in 'stateOf'";
        }
        if (!layers(from).equals(layers(to))
                || older.network().stateSize() != newer.network().stateSize()) {
            return "its layers are not those of " + older.id().label() + ", so their states mean different things";
        }
        if (older.features().rememberedWidth() + newer.features().rememberedWidth() > 0
                && !from.features().equals(to.features())) {
            return "it encodes features differently from " + older.id().label()
                    + " and remembers earlier values of them";
        }
        if (!from.task().equals(to.task()) || older.taskMemory() != newer.taskMemory()) {
            return "its task is not that of " + older.id().label();
        }
        return null;
    }

    private static List<LayerSpec> layers(ModelSpec spec) {
        return spec.layers().stream()
                .map(layer -> new LayerSpec(
                        layer.cell(),
                        layer.input(),
                        layer.hidden(),
                        layer.activation(),
                        layer.resetAfter(),
                        layer.output(),
                        layer.options(),
                        null))
                .toList();
    }
}
