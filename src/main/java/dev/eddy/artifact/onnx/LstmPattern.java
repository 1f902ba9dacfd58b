package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Linear;
import dev.eddy.artifact.onnx.Polynomial.Atom;
import dev.eddy.artifact.onnx.WrittenCell.Form;
import dev.eddy.artifact.onnx.WrittenCell.Match;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Recognises {@code c' = f*c + i*g, h' = o*tanh(c')} by its cell state, and the variants that the cells here have: f = 1 - i or
 * i = 1 - f, peepholes, h' = o*c', and h' projected by a matrix.
 */
final class LstmPattern {
    private final Expressions expressions;
    private final Budget budget;
    private final Collection<StateBlock> blocks;

    LstmPattern(Expressions expressions, Budget budget, Collection<StateBlock> blocks) {
        this.expressions = expressions;
        this.budget = budget;
        this.blocks = blocks;
    }

    /**
     * Matches a cell state.
     *
     * @return {@code null} where it is none
     * @throws dev.eddy.model.InvalidModelException where it is one, but not exactly that of an LSTM
     */
    Match match(StateBlock block) {
        WrittenCell cell = new WrittenCell(expressions, budget, CellKind.LSTM, block, blocks);
        Polynomial sum = cell.expansion().of(block.refs());
        int terms = sum == null ? 0 : sum.terms().size();
        for (Atom old : block.old()) {
            Gates gates = terms == 2 ? free(cell, block, sum, old) : terms == 3 ? coupled(cell, block, sum, old) : null;
            if (gates != null) {
                return gates.match();
            }
        }
        return null;
    }

    /** {@code f*c + i*g}. */
    private Gates free(WrittenCell cell, StateBlock block, Polynomial sum, Atom old) {
        Atom forget = sum.partner(old);
        List<Atom> other =
                sum.without(old).terms().keySet().stream().findFirst().orElse(List.of());
        if (forget == null
                || !sum.has(1, forget, old)
                || other.size() != 2
                || !sum.has(1, other.get(0), other.get(1))) {
            return null;
        }
        Gates gates = new Gates(cell, block, old);
        boolean first = gates.is(Activation.TANH, other.get(0))
                || (!gates.is(Activation.TANH, other.get(1)) && gates.is(Activation.SIGMOID, other.get(1)));
        gates.set(GateOrder.LSTM_INPUT, other.get(first ? 1 : 0), "its input gate");
        gates.set(GateOrder.LSTM_FORGET, forget, "its forget gate");
        gates.candidate(other.get(first ? 0 : 1));
        return gates;
    }

    /** {@code (1-i)*c + i*g} or {@code f*c + (1-f)*g}, where an output is the hidden state of it; else it is one of a GRU. */
    private Gates coupled(WrittenCell cell, StateBlock block, Polynomial sum, Atom old) {
        Atom gate = sum.partner(old);
        Atom candidate = gate == null ? null : sum.without(old).partner(gate);
        boolean input = candidate != null && GruPattern.keeps(sum, gate, old, candidate);
        boolean forget = candidate != null && GruPattern.keeps(sum, gate, candidate, old);
        Gates gates = new Gates(cell, block, old);
        if ((!input && !forget) || gates.hidden() == null) {
            return null;
        }
        gates.set(GateOrder.LSTM_INPUT, gate, input ? "its input gate" : "its forget gate");
        gates.candidate(candidate);
        gates.couple(forget);
        return gates;
    }

    /**
     * The hidden state of a cell.
     *
     * @param gate       the output gate
     * @param squash     what is applied to the cell state: tanh, or nothing
     * @param projection the matrix between, (projection, hidden), row-major; {@code null} for none
     */
    private record Hidden(StateBlock block, Atom gate, Activation squash, float[] projection) {}

    /** The parts of one cell. */
    private final class Gates {
        private final WrittenCell cell;
        private final StateBlock block;
        private final Atom old;
        private final Atom whole;
        private final Affine[] maps = new Affine[4];
        private final Map<String, float[]> extra = new HashMap<>();
        private boolean coupled;

        Gates(WrittenCell cell, StateBlock block, Atom old) {
            this.cell = cell;
            this.block = block;
            this.old = old;
            this.whole = new Atom(block.refs());
        }

        private boolean is(Activation activation, Atom atom) {
            return cell.expansion().argument(atom.refs(), activation) != null;
        }

        private void set(int gate, Atom atom, String what) {
            maps[gate] = cell.affine(cell.argument(atom, Activation.SIGMOID, what), whole, what);
        }

        private void candidate(Atom atom) {
            String what = "its candidate";
            maps[GateOrder.LSTM_CELL] = cell.affine(cell.argument(atom, Activation.TANH, what), whole, what);
        }

        /** Says that there is one gate for both. */
        private void couple(boolean isForget) {
            coupled = true;
            Affine gate = maps[GateOrder.LSTM_INPUT];
            maps[GateOrder.LSTM_INPUT] = isForget ? gate.negated() : gate; // 1 - sigmoid(a) = sigmoid(-a)
            maps[GateOrder.LSTM_FORGET] = Affine.zero(block.refs().length);
        }

        Match match() {
            Hidden hidden = hidden();
            if (hidden == null) {
                throw cell.refuse(
                        "no output is its hidden state, output gate times tanh of the cell state; export both h"
                                + " and c as outputs");
            }
            set(GateOrder.LSTM_OUTPUT, hidden.gate(), "its output gate");
            peephole(GateOrder.LSTM_INPUT, old.refs(), TensorRole.PEEPHOLE_I);
            peephole(GateOrder.LSTM_FORGET, old.refs(), TensorRole.PEEPHOLE_F);
            peephole(GateOrder.LSTM_OUTPUT, block.refs(), TensorRole.PEEPHOLE_O);
            requireNoMore(hidden.block());
            Set<Atom> possible = new LinkedHashSet<>(hidden.block().old());
            possible.remove(old);
            Atom h = cell.oldState(possible, List.of(maps), hidden.block());
            if (h == null) {
                throw cell.refuse("its gates do not read an input that comes back as the output '"
                        + hidden.block().name() + "'; export h and c as inputs and as outputs of the same shape");
            }
            if (hidden.projection() != null && !cell.clearlyState(h, List.of(maps), hidden.block())) {
                throw cell.refuse(
                        "the input to which its projected hidden state would come back is not clearly a state; export h"
                                + " and c as the last inputs and as outputs with names like those of the inputs, as h0 and hn");
            }
            GateStack gates = new GateStack(h.refs());
            Arrays.stream(maps).forEach(gates::gate);
            Form form = new Form(CellKind.LSTM, null, false, options(hidden), extra);
            return cell.assembled(form, gates, h, hidden.block().refs(), old, block.refs());
        }

        private CellOptions options(Hidden hidden) {
            CellOptions options = CellOptions.NONE.withCoupled(coupled);
            if (!hidden.squash().equals(Activation.TANH)) {
                options = options.withActivations(List.of(Activation.SIGMOID, Activation.TANH, hidden.squash()));
            }
            if (hidden.projection() != null) {
                extra.put(TensorRole.WEIGHT_HR, hidden.projection());
                options = options.withProjection(hidden.block().refs().length);
            }
            return options.equals(CellOptions.NONE) ? null : options;
        }

        /** Takes what a gate reads of the cell state, each number of its own place, out of its map. */
        private void peephole(int gate, long[] state, String role) {
            if (!maps[gate].readsAny(state)) {
                return;
            }
            double[] diagonal = maps[gate].diagonal(state);
            if (diagonal == null) {
                throw cell.refuse(
                        "one of its gates reads the cell state through a matrix; a peephole has one weight for"
                                + " each unit");
            }
            float[] peephole = new float[diagonal.length];
            for (int k = 0; k < peephole.length; k++) {
                peephole[k] = (float) diagonal[k];
            }
            extra.put(role, peephole);
            maps[gate] = maps[gate].without(state);
        }

        /** Input and forget gate see the old cell state, the output gate the new one, and the candidate none. */
        private void requireNoMore(StateBlock hidden) {
            for (Affine map : maps) {
                if (map.readsAny(old.refs()) || map.readsAny(block.refs()) || map.readsAny(hidden.refs())) {
                    throw cell.refuse("one of its gates reads a state that it does not read in such a cell: input and"
                            + " forget gate may have peepholes to the old cell state, the output gate to the new one");
                }
            }
        }

        /** The state that is the output gate times the tanh of the cell state, or times the cell state; {@code null} for none. */
        private Hidden hidden() {
            List<Hidden> found = new ArrayList<>();
            for (StateBlock candidate : blocks) {
                found.add(hidden(candidate, candidate.refs(), null));
                if (Peeled.whole(expressions, candidate.refs()) instanceof Linear linear
                        && !candidate.old().isEmpty()) {
                    found.add(hidden(candidate, linear.x(), linear.weight()));
                }
            }
            return found.stream()
                    .filter(Objects::nonNull)
                    .min(Comparator.comparing((Hidden hidden) -> hidden.projection() != null)
                            .thenComparing(hidden -> !hidden.squash().equals(Activation.TANH)))
                    .orElse(null);
        }

        private Hidden hidden(StateBlock candidate, long[] refs, float[] projection) {
            Polynomial product = new Expansion(expressions, budget).of(refs, whole);
            boolean fits = refs.length == block.refs().length
                    && (projection == null || candidate.refs().length <= refs.length);
            if (!fits || product == null || product.terms().size() != 1) {
                return null;
            }
            Atom squashed = squashed(product);
            Atom factor = squashed == null ? whole : squashed;
            Atom gate = product.partner(factor);
            boolean unsure = squashed == null && gate != null && !is(Activation.SIGMOID, gate);
            return gate == null || unsure || !product.has(1, gate, factor)
                    ? null
                    : new Hidden(candidate, gate, squashed == null ? Activation.IDENTITY : Activation.TANH, projection);
        }

        /** The factor that is the tanh of the cell state, or {@code null}. */
        private Atom squashed(Polynomial product) {
            for (Atom factor : product.terms().keySet().iterator().next()) {
                long[] argument = cell.expansion().argument(factor.refs(), Activation.TANH);
                if (argument != null && Arrays.equals(argument, block.refs())) {
                    return factor;
                }
            }
            return null;
        }
    }
}
