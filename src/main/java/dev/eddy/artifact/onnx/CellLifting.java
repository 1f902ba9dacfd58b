package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.WrittenCell.Match;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the cells that a graph computes operation by operation, as {@code nn.LSTMCell} and cells written by hand are exported,
 * and puts cells in their place. What it goes by is the formulas of the state outputs, not names or the order of nodes.
 */
final class CellLifting {
    private final Expressions expressions;
    private final Budget budget;

    CellLifting(Expressions expressions, Budget budget) {
        this.expressions = expressions;
        this.budget = budget;
    }

    /**
     * Lifts all cells.
     *
     * @return the graph's outputs, in terms of the cells
     * @throws dev.eddy.model.InvalidModelException if a state is almost, but not quite, that of a cell
     */
    Map<String, Series> lift(Map<String, Series> outputs) {
        List<Match> matches = matches(StateBlock.find(expressions, outputs));
        Unrolled.refuse(expressions, !matches.isEmpty());
        if (matches.isEmpty()) {
            return outputs;
        }
        Map<Long, Long> replaced = new HashMap<>();
        for (Match match : matches) {
            long[] refs = expressions.add(match.cell());
            int hidden = match.h().length;
            for (int k = 0; k < refs.length; k++) {
                replaced.put(k < hidden ? match.h()[k] : match.c()[k - hidden], refs[k]);
            }
        }
        expressions.replace(replaced);
        Map<String, Series> lifted = new LinkedHashMap<>();
        outputs.forEach((name, series) -> lifted.put(
                name, new Series(series.axes(), Operands.replaced(series.refs(), replaced), series.moment())));
        return lifted;
    }

    private List<Match> matches(Collection<StateBlock> blocks) {
        LstmPattern lstm = new LstmPattern(expressions, budget, blocks);
        GruPattern gru = new GruPattern(expressions, budget, blocks);
        RnnPattern rnn = new RnnPattern(expressions, budget, blocks);
        List<Match> matches = new ArrayList<>();
        Set<Long> taken = new HashSet<>();
        for (StateBlock block : blocks) {
            Match match = lstm.match(block);
            match = match == null ? gru.match(block) : match;
            match = match == null ? rnn.match(block) : match;
            if (match != null && take(match.h(), taken) && take(match.c(), taken)) {
                matches.add(match);
            }
        }
        return matches;
    }

    private static boolean take(long[] refs, Set<Long> taken) {
        return refs == null || Arrays.stream(refs).allMatch(taken::add);
    }
}
