package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Polynomial.Atom;
import dev.eddy.artifact.onnx.WrittenCell.Form;
import dev.eddy.artifact.onnx.WrittenCell.Match;
import dev.eddy.model.Activation;
import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Recognises {@code h' = (1-z)*n + z*h}, or with z and 1-z exchanged, where the reset gate acts on the recurrent product or on
 * the state before it.
 */
final class GruPattern {
    private final Expressions expressions;
    private final Budget budget;
    private final Collection<StateBlock> blocks;

    GruPattern(Expressions expressions, Budget budget, Collection<StateBlock> blocks) {
        this.expressions = expressions;
        this.budget = budget;
        this.blocks = blocks;
    }

    /**
     * Matches a state.
     *
     * @return {@code null} where it is none
     * @throws dev.eddy.model.InvalidModelException where it is one, but not exactly that of a GRU
     */
    Match match(StateBlock block) {
        WrittenCell cell = new WrittenCell(expressions, budget, CellKind.GRU, block, blocks);
        Polynomial sum = cell.expansion().of(block.refs());
        if (sum == null || sum.terms().size() != 3) {
            return null;
        }
        for (Atom old : block.old()) {
            Atom update = sum.partner(old);
            Atom candidate = update == null ? null : sum.without(old).partner(update);
            if (candidate != null && keeps(sum, update, candidate, old)) {
                return new Gates(cell, block, old, update, false).match(candidate);
            } else if (candidate != null && keeps(sum, update, old, candidate)) {
                return new Gates(cell, block, old, update, true).match(candidate);
            }
        }
        return null;
    }

    /** Whether it is {@code (1-z)*a + z*b}. */
    static boolean keeps(Polynomial sum, Atom z, Atom a, Atom b) {
        return sum.has(1, a) && sum.has(-1, z, a) && sum.has(1, z, b);
    }

    /** The parts of one cell. */
    private final class Gates {
        private final WrittenCell cell;
        private final StateBlock block;
        private final Atom old;
        private final Map<Long, Integer> places = new HashMap<>(); // element of the old state -> its place
        private final Affine update;

        Gates(WrittenCell cell, StateBlock block, Atom old, Atom update, boolean exchanged) {
            this.cell = cell;
            this.block = block;
            this.old = old;
            for (int k = 0; k < old.refs().length; k++) {
                places.put(old.refs()[k], k);
            }
            Affine map = gate(update, "its update gate");
            this.update = exchanged ? map.negated() : map; // 1 - sigmoid(a) = sigmoid(-a)
        }

        private Affine gate(Atom atom, String what) {
            return cell.affine(cell.argument(atom, Activation.SIGMOID, what), null, what);
        }

        Match match(Atom candidate) {
            long[] argument = cell.argument(candidate, Activation.TANH, "its candidate");
            Polynomial inside = cell.expansion().of(argument);
            if (inside == null) {
                throw cell.refuse("its candidate is longer than that of a GRU");
            }
            List<Atom> resets = inside.terms().keySet().stream()
                    .flatMap(List::stream)
                    .filter(atom -> cell.expansion().argument(atom.refs(), Activation.SIGMOID) != null)
                    .distinct()
                    .toList();
            if (resets.size() > 1) {
                throw cell.refuse("its candidate has several gates");
            }
            return resets.isEmpty() ? resetBefore(inside) : resetAfter(inside, resets.get(0));
        }

        /** {@code n = tanh(W x + b + r*(U h + d))}. */
        private Match resetAfter(Polynomial inside, Atom reset) {
            Affine input = cell.affine(inside.without(reset), "its candidate");
            Affine recurrent = cell.affine(inside.dividedBy(reset), "what its reset gate is applied to");
            if (input.reads().stream().anyMatch(this::isOld)
                    || !recurrent.reads().stream().allMatch(this::isOld)) {
                throw cell.refuse("its reset gate is not applied to all that its candidate reads of the state, and to"
                        + " nothing else");
            }
            return assembled(gate(reset, "its reset gate"), input.plus(recurrent.linear()), recurrent.bias(), true);
        }

        private boolean isOld(long ref) {
            return places.containsKey(ref);
        }

        /** {@code n = tanh(W x + U (r*h) + b)}. */
        private Match resetBefore(Polynomial inside) {
            Affine candidate = cell.affine(inside, "its candidate");
            long[] reset = new long[old.refs().length];
            Map<Long, Long> ungated = ungated(candidate.reads(), reset);
            if (!update.readsAny(old.refs()) && !candidate.readsAny(old.refs()) && ungated.isEmpty()) {
                throw cell.refuse(
                        "its gates do not read that state; of an LSTM with coupled input and forget gates export"
                                + " both h and c as inputs and as outputs of the same shape");
            } else if (ungated.isEmpty()) {
                return minimal(candidate);
            }
            if (ungated.size() != reset.length || candidate.reads().stream().anyMatch(this::isOld)) {
                throw cell.refuse("its reset gate is not applied to all that its candidate reads of the state");
            }
            Affine gate = gate(new Atom(reset), "its reset gate");
            return assembled(gate, candidate.renamed(ref -> ungated.getOrDefault(ref, ref)), null, false);
        }

        /** {@code n = tanh(W x + U h + b)}: the update gate alone. */
        private Match minimal(Affine candidate) {
            Affine[] maps = new Affine[2];
            maps[GateOrder.MINIMAL_UPDATE] = update;
            maps[GateOrder.MINIMAL_NEW] = candidate;
            GateStack gates = new GateStack(old.refs());
            Arrays.stream(maps).forEach(gates::gate);
            return cell.assembled(Form.of(CellKind.MINIMAL_GRU), gates, old, block.refs(), null, null);
        }

        /** Elements that are one of the old state times one of a gate, to that of the old state. */
        private Map<Long, Long> ungated(Set<Long> reads, long[] reset) {
            Expansion single = new Expansion(expressions, budget);
            Map<Long, Long> ungated = new HashMap<>();
            Set<Long> gated = new HashSet<>();
            for (long ref : reads) {
                Polynomial product = single.of(new long[] {ref});
                Atom state = product == null || product.terms().size() != 1 ? null : state(product);
                Atom gate = state == null ? null : product.partner(state);
                if (gate != null && product.has(1, gate, state)) {
                    if (!gated.add(state.refs()[0])) {
                        throw cell.refuse("its reset gate is applied to the state twice");
                    }
                    ungated.put(ref, state.refs()[0]);
                    reset[places.get(state.refs()[0])] = gate.refs()[0];
                }
            }
            return ungated;
        }

        /** The factor of a single product that is an element of the old state, or {@code null}. */
        private Atom state(Polynomial product) {
            return product.terms().keySet().iterator().next().stream()
                    .filter(factor -> isOld(factor.refs()[0]))
                    .findFirst()
                    .orElse(null);
        }

        private Match assembled(Affine reset, Affine candidate, double[] recurrentBias, boolean resetAfter) {
            Affine[] maps = new Affine[3];
            maps[GateOrder.GRU_RESET] = reset;
            maps[GateOrder.GRU_UPDATE] = update;
            maps[GateOrder.GRU_NEW] = candidate;
            GateStack gates = new GateStack(old.refs());
            for (int gate = 0; gate < maps.length; gate++) {
                gates.gate(maps[gate], gate == GateOrder.GRU_NEW ? recurrentBias : null);
            }
            Form form = new Form(CellKind.GRU, null, resetAfter, null, Map.of());
            return cell.assembled(form, gates, old, block.refs(), null, null);
        }
    }
}
