package dev.eddy.network;

import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

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
        if (from.waits() || to.waits()) {
            return "events wait for the answers of a model with lookAhead or maxLength, and belong to it";
        }
        if (!layers(from).equals(layers(to))
                || !states(from).equals(states(to))
                || older.network().stateSize() != newer.network().stateSize()) {
            return "its layers are not those of " + older.id().label() + ", so their states mean different things";
        }
        if (older.features().rememberedWidth() + newer.features().rememberedWidth() > 0
                && !(from.features().equals(to.features()) && Objects.equals(from.decoder(), to.decoder()))) {
            return "it encodes features differently from " + older.id().label()
                    + " and remembers earlier values of them";
        }
        if (!from.task().equals(to.task()) || older.taskMemory() != newer.taskMemory()) {
            return "its task is not that of " + older.id().label();
        }
        return null;
    }

    /** The states of a graph that another engine runs. */
    private static List<String> states(ModelSpec spec) {
        return spec.engine() == null
                ? List.of()
                : spec.engine().states().stream()
                        .map(state -> state.input() + Arrays.toString(state.shape()))
                        .toList();
    }

    private static List<LayerSpec> layers(ModelSpec spec) {
        return spec.layers().stream()
                .map(layer -> new LayerSpec(
                        layer.cell(),
                        layer.input(),
                        layer.hidden(),
                        layer.direction(),
                        layer.activation(),
                        layer.resetAfter(),
                        layer.output(),
                        layer.options(),
                        null))
                .toList();
    }
}
