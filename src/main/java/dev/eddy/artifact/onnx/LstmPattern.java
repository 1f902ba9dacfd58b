package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Polynomial.Atom;
import dev.eddy.artifact.onnx.WrittenCell.Match;
import dev.eddy.model.Activation;
import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Recognises {@code c' = f*c + i*g, h' = o*tanh(c')} by its cell state. */
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
        if (sum == null || sum.terms().size() != 2) {
            return null;
        }
        for (Atom old : block.old()) {
            Atom forget = sum.partner(old);
            List<Atom> other =
                    sum.without(old).terms().keySet().stream().findFirst().orElse(List.of());
            if (forget != null
                    && sum.has(1, forget, old)
                    && other.size() == 2
                    && sum.has(1, other.get(0), other.get(1))) {
                return new Gates(cell, block, old, forget, other).match();
            }
        }
        return null;
    }

    /** The parts of one cell. */
    private final class Gates {
        private final WrittenCell cell;
        private final StateBlock block;
        private final Atom old;
        private final Atom whole;
        private final Affine[] maps = new Affine[4];

        Gates(WrittenCell cell, StateBlock block, Atom old, Atom forget, List<Atom> other) {
            this.cell = cell;
            this.block = block;
            this.old = old;
            this.whole = new Atom(block.refs());
            boolean first = is(Activation.TANH, other.get(0))
                    || (!is(Activation.TANH, other.get(1)) && is(Activation.SIGMOID, other.get(1)));
            Atom candidate = other.get(first ? 0 : 1);
            Atom input = other.get(first ? 1 : 0);
            set(GateOrder.LSTM_INPUT, input, Activation.SIGMOID, "its input gate");
            set(GateOrder.LSTM_FORGET, forget, Activation.SIGMOID, "its forget gate");
            set(GateOrder.LSTM_CELL, candidate, Activation.TANH, "its candidate");
        }

        private boolean is(Activation activation, Atom atom) {
            return cell.expansion().argument(atom.refs(), activation) != null;
        }

        private void set(int gate, Atom atom, Activation activation, String what) {
            maps[gate] = cell.affine(cell.argument(atom, activation, what), whole, what);
        }

        Match match() {
            StateBlock hidden = hidden();
            Set<Atom> possible = new HashSet<>(hidden.old());
            possible.remove(old);
            requireNoPeepholes(hidden);
            Atom h = cell.oldState(inOrder(possible, hidden), List.of(maps), hidden);
            if (h == null) {
                throw cell.refuse("its gates do not read an input that comes back as the output '" + hidden.name()
                        + "'; export h and c as inputs and as outputs of the same shape");
            }
            GateStack gates = new GateStack(h.refs());
            Arrays.stream(maps).forEach(gates::gate);
            return cell.assembled(null, false, gates, h, hidden.refs(), old, block.refs());
        }

        private Set<Atom> inOrder(Set<Atom> possible, StateBlock hidden) {
            Set<Atom> ordered = new java.util.LinkedHashSet<>(hidden.old());
            ordered.retainAll(possible);
            return ordered;
        }

        /** The state that is the output gate times the tanh of the cell state. */
        private StateBlock hidden() {
            Expansion probe = new Expansion(expressions, budget);
            for (StateBlock candidate : blocks) {
                Polynomial product = probe.of(candidate.refs(), whole);
                boolean single = product != null && product.terms().size() == 1;
                if (single && product.partner(whole) != null) {
                    throw cell.refuse("its output '" + candidate.name() + "' lacks the tanh of the cell state");
                }
                Atom squashed = single ? squashed(product) : null;
                Atom gate = squashed == null ? null : product.partner(squashed);
                if (gate != null && product.has(1, gate, squashed)) {
                    set(GateOrder.LSTM_OUTPUT, gate, Activation.SIGMOID, "its output gate");
                    return candidate;
                }
            }
            throw cell.refuse(
                    "no output is its hidden state, output gate times tanh of the cell state; export both h and"
                            + " c as outputs, without a projection between");
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

        private void requireNoPeepholes(StateBlock hidden) {
            for (Affine map : maps) {
                for (long[] state : new long[][] {old.refs(), block.refs(), hidden.refs()}) {
                    if (Arrays.stream(state).anyMatch(ref -> map.reads().contains(ref))) {
                        throw cell.refuse("one of its gates reads the cell state (a peephole), which is not supported");
                    }
                }
            }
        }
    }
}
